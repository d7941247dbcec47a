/** What a lane has not come to yet, over all processes. */
export type Backlog = {
  /** What could be begun now. Counted up to 10,000, and where finding it takes long up to fewer. */
  due: number;
  /** How long the first of it has been due; 0 where nothing is. */
  oldestSeconds: number;
};

/** How far a backlog is counted: looking must stay cheap while it is long. */
export const backlogMax = 10_000;
