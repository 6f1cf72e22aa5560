/** Words of others within a sentence: whatever signs of direction they hold turn nothing of the rest (UAX #9, isolates). */
export const apart = (words: string): string => `\u2068${words}\u2069`;
