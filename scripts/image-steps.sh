#!/usr/bin/env bash
# Runs the very steps of the Dockerfiles in clean folders, without a container engine, and lets what they built make
# documents against the sandbox.
#
#   scripts/image-steps.sh [FOLDER]     FOLDER is made, and kept; without it a temporary one, removed at the end.
#
# FROM, WORKDIR, COPY, RUN, ENV and CMD are carried out as written, each stage in a folder of its own. What a stage does
# not copy, it does not have. An instruction that is not known here is an error, so that none is passed over.
set -euo pipefail

project=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -gt 1 ] || [[ "${1:-}" == -* ]]; then
  sed -n '2,9s/^# \{0,1\}//p' "$0"
  exit 2
fi
if [ -n "${1:-}" ]; then
  [ ! -e "$1" ] || { echo "$1 exists already: a clean folder is needed" >&2; exit 2; }
  mkdir -p "$1"
  out=$(cd "$1" && pwd)
else
  out=$(mktemp -d)
  trap 'rm -rf "$out"' EXIT
fi

# Instructions of a Dockerfile, one a line: comments gone, continued lines joined.
instructions() {
  sed -e '/^[[:space:]]*#/d' -e '/^[[:space:]]*$/d' "$1" | sed -e ':join' -e '/\\$/{N;s/\\\n[[:space:]]*/ /;b join' -e '}'
}

# Copies one source of the build context, unless .dockerignore keeps it out.
from_context() {
  local source=${1#./} target=$2
  if grep -qxF "${source%%/*}" "$project/.dockerignore"; then
    echo "COPY $source: .dockerignore keeps it out of the build" >&2
    exit 1
  fi
  if [ -d "$project/$source" ]; then mkdir -p "$target" && cp -R "$project/$source/." "$target/"; else cp "$project/$source" "$target"; fi
}

run_steps() { # Dockerfile, folder for its stages
  local dockerfile=$1 folder=$2 line word rest stage='' root='' work='' number=0 settings=()
  while IFS= read -r line; do
    word=${line%% *} rest=${line#* }
    case $word in
      FROM)
        number=$((number + 1))
        stage=stage-$number
        [[ $rest == *' AS '* ]] && stage=${rest##* AS }
        root=$folder/$stage work=$root/
        settings=()
        mkdir -p "$root"
        echo "── $(basename "$dockerfile") · $stage"
        ;;
      WORKDIR) work=$root$rest && mkdir -p "$work" ;;
      ENV) read -ra words <<<"$rest" && settings+=("${words[@]}") ;;
      COPY)
        read -ra words <<<"$rest"
        local base=''
        if [[ ${words[0]} == --from=* ]]; then base=$folder/${words[0]#--from=} && words=("${words[@]:1}"); fi
        local target=$work/${words[-1]#./}
        [[ ${words[-1]} == /* ]] && target=$root${words[-1]}
        for source in "${words[@]:0:${#words[@]}-1}"; do
          if [ -z "$base" ]; then
            from_context "$source" "$target"
          else
            mkdir -p "$(dirname "$target")" && cp -R "$base$source" "$target"
          fi
        done
        ;;
      RUN)
        echo "   $rest"
        (cd "$work" && env -u NODE_ENV ${settings[@]+"${settings[@]}"} sh -ec "$rest" >"$folder/$stage.log" 2>&1) || {
          tail -30 "$folder/$stage.log" >&2
          exit 1
        }
        ;;
      CMD)
        printf '%s\n' "$rest" >"$folder/cmd.json"
        printf '%s\n' ${settings[@]+"${settings[@]}"} >"$folder/env"
        ln -sfn "$work" "$folder/image"
        ;;
      USER | EXPOSE | STOPSIGNAL | HEALTHCHECK | ENTRYPOINT | LABEL) ;; # Said to the runtime; nothing to carry out here.
      *)
        echo "$(basename "$dockerfile"): $word is not known to $0" >&2
        exit 1
        ;;
    esac
  done < <(instructions "$dockerfile")
}

run_steps "$project/Dockerfile.api" "$out/api"
run_steps "$project/Dockerfile.worker" "$out/worker"
cd "$project"
exec_status=0
node --import tsx scripts/image-smoke.ts "$out/api" "$out/worker" || exec_status=$?
exit $exec_status
