/** What is typed into the search of executions, as arguments of `tiercel executions list`. */
export function argumentsOf(search: string): string[] {
  const found: string[] = [];
  const words: string[] = [];
  for (const word of search.split(/\s+/).filter(Boolean)) {
    const option = /^(state|flow|namespace|since|until):(.+)$/.exec(word);
    if (option?.[1] && option[2]) found.push(`--${option[1]}`, option[1] === 'state' ? option[2].toUpperCase() : option[2]);
    else if (/^[^=\s]+=.+$/.test(word)) found.push('--label', word);
    else words.push(word);
  }
  return words.length > 0 ? [...found, '--text', words.join(' ')] : found;
}
