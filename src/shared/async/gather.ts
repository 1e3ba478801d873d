import DataLoader from 'dataloader';

/**
 * Lets calls that come at about the same time go to the other side together. Whoever comes first goes at once; what comes while that
 * is under way goes in the next batch, so an idle process waits for nothing and a busy one pays for one transaction, or one
 * request, instead of many. Where a batch fails as a whole each of its calls goes by itself, so that one bad row never fails another.
 * `apart`: false of an error that would be the same for each; all of them get it then.
 */
export function gather<Call, Answer>(
  work: (calls: readonly Call[]) => Promise<readonly Answer[]>,
  { most, apart = () => true }: { most: number; apart?: (error: unknown) => boolean },
): (call: Call) => Promise<Answer> {
  const waiting: (() => void)[] = [];
  let underWay = false;

  const dispatchNext = () => {
    const dispatch = waiting.shift();
    underWay = dispatch !== undefined;
    // After all that is ready in this turn of the event loop has joined.
    if (dispatch !== undefined) setImmediate(dispatch);
  };

  async function together(calls: readonly Call[]): Promise<(Answer | Error)[]> {
    try {
      return [...(await work(calls))];
    } catch (error) {
      if (calls.length === 1 || !apart(error)) return calls.map(() => asError(error));
      return await Promise.all(
        calls.map((call) =>
          work([call]).then(
            ([answer]) => answer as Answer,
            (own: unknown) => asError(own),
          ),
        ),
      );
    } finally {
      dispatchNext();
    }
  }

  const loader = new DataLoader<Call, Answer>(together, {
    cache: false,
    maxBatchSize: most,
    batchScheduleFn(dispatch) {
      waiting.push(dispatch);
      if (!underWay) dispatchNext();
    },
  });
  return (call) => loader.load(call);
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
