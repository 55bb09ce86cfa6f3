/** Something that can be gone to or done, found by typing. */
export interface Findable {
  readonly id: string;
  readonly label: string;
  /** What else finds it. */
  readonly also?: string;
  /** Whether it comes after what its words are as near to, unless they are its whole name. */
  readonly lesser?: boolean;
}

/** The best matches first: the name itself, its beginning, the beginning of a word of it, anywhere, elsewhere. */
export function find<T extends Findable>(all: readonly T[], typed: string, most: number): T[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return all.slice(0, most);
  const ranks: T[][] = [[], [], [], [], []];
  for (const each of all) {
    const rank = rankOf(each, words);
    if (rank !== null) ranks[rank]?.push(each);
    if (rank === 0 && (ranks[0]?.length ?? 0) >= most) break;
  }
  return ranks.flat().slice(0, most);
}

function rankOf(each: Findable, words: readonly string[]): number | null {
  const label = each.label.toLowerCase();
  let worst = 0;
  for (const word of words) {
    const place = label.indexOf(word);
    let rank: number;
    if (label === word) rank = 0;
    else if (place === 0) rank = 1;
    else if (place > 0) rank = /[\s/_.-]/.test(label[place - 1] ?? "") ? 2 : 3;
    else if (each.also?.toLowerCase().includes(word)) rank = 4;
    else return null;
    worst = Math.max(worst, each.lesser && rank > 0 ? Math.max(rank, 3) : rank);
  }
  return worst;
}
