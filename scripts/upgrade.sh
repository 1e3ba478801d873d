#!/usr/bin/env bash
# From one release to the next: the older one migrates an empty database and makes documents against the sandbox; this one
# brings that database up to date, finds its history in order, and makes nothing twice.
#
#   scripts/upgrade.sh REF     REF is the older release: a tag, a branch or a commit.
#
# Works in DATABASE_URL, which must be empty, else in an embedded PostgreSQL. Needs node_modules here; installs REF's own.
set -euo pipefail

project=$(cd "$(dirname "$0")/.." && pwd)
if [ $# -ne 1 ] || [[ "$1" == -* ]]; then
  sed -n '2,7s/^# \{0,1\}//p' "$0"
  exit 2
fi
before=$(git -C "$project" rev-parse --verify --quiet "$1^{commit}") || { echo "$1 is no commit here" >&2; exit 2; }

place=$(mktemp -d)
# The embedded PostgreSQL of a root runs as another user, who must get at its program.
chmod 755 "$place"
sandbox=''
leave() {
  [ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null || true
  git -C "$project" worktree remove --force "$place/before" 2>/dev/null || true
  rm -rf "$place"
}
trap leave EXIT

cat >"$place/goods.csv" <<'CSV'
article,name,warehouse,stock,min,max
А-1,Гвозди,Магазин Ленина,0,5,10
А-1,Гвозди,Бестужевых,50,,
А-2,Шурупы,Магазин Ленина,0,5,10
А-2,Шурупы,Контейнер,4,,
А-3,Дюбели,Магазин Мира,1,5,20
CSV

echo "── the older release: $(git -C "$project" log -1 --format='%h %s' "$before")"
git -C "$project" worktree add --quiet --detach "$place/before" "$before"
(cd "$place/before" && npm ci --no-audit --no-fund --silent)

cd "$project"
node --import tsx sandbox/main.ts --port 0 --data "$place/goods.csv" >"$place/sandbox.log" 2>&1 &
sandbox=$!
until grep -q 'Ctrl-C' "$place/sandbox.log"; do
  kill -0 "$sandbox" 2>/dev/null || { cat "$place/sandbox.log" >&2; exit 1; }
  sleep 0.2
done
# shellcheck disable=SC1090 # What the sandbox prints: the settings that point a hub at it.
source <(grep '^export ' "$place/sandbox.log")
control=$(sed -n 's/^Управление: \(.*\)\/state.*/\1/p' "$place/sandbox.log")
export HUB_DATA_DIR="$place/data" LOG_LEVEL=warn
hub() { (cd "$1" && node --import tsx src/cli/hub.ts "${@:2}"); }
made() {
  node -e "
    Promise.all(['1c/transfers', 'moysklad/orders'].map((kind) => fetch('$control/' + kind).then((answer) => answer.json())))
      .then((all) => console.log(all.map((one) => one.length).join(' and ')))"
}

hub "$place/before" scan
first=$(made)
echo "── transfer orders and customer orders: $first"

echo "── this release: $(git log -1 --format='%h %s')"
hub "$project" migrate
hub "$project" status
hub "$project" scan
second=$(made)
echo "── transfer orders and customer orders: $second"
[ "$first" = "$second" ] || { echo "This release made documents again that the older one had made" >&2; exit 1; }
echo "✓ This release goes on where the older one stood."
