/** What is counted of a phone number, a day or a user; media is part of the messages. */
export type Figures = {
  messagesSent: number;
  messagesReceived: number;
  mediaSent: number;
  mediaReceived: number;
  messagesFailed: number;
};

export const noFigures: Figures = {
  messagesSent: 0,
  messagesReceived: 0,
  mediaSent: 0,
  mediaReceived: 0,
  messagesFailed: 0,
};
