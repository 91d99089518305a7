// What the search asks of MiniSearch: words as readers type them, formulas as they are read, other names of one thing.
// `bookSearch(query)` gives the sections that fit, the best first, each with an extract as [text, whether it was meant].
(() => {
  "use strict";
  const GREEK = Object.fromEntries(("α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi ο omicron π pi ρ rho "
    + "ς sigma σ sigma τ tau υ upsilon φ phi χ chi ψ psi ω omega ∇ gradient ∞ infinity").split(" ").reduce((pairs, word, i, all) => (i % 2 ? pairs : [...pairs, [word, all[i + 1]]]), []));
  const ACCENTS = { "\u0303": "tilde", "\u0304": "bar", "\u0302": "hat" };
  const LETTERS = Object.values(GREEK).join("|");
  // one spelling for what is written in several ways, in pages and queries alike
  const PHRASES = [
    [/\b(evidence|variational) (lower )?bounds?\b|\bvlb\b|\bvub\b/g, "elbo bound"],
    [/\bkullback leibler\b|\brelative entropy\b/g, "kl"],
    [/\bsignal to noise( ratios?)?\b/g, "snr"],
    [/\bre ?paramet(e?)ri[sz]\w*/g, "reparameterization"],
    [/\bnon ?linear/g, "nonlinear"],
    [new RegExp(`\\b(${LETTERS}|x|r) ?(tilde|bar|hat)\\b`, "g"), "$1$2"],
    [new RegExp(`\\b(tilde|bar|hat) ?(${LETTERS}|x|r)\\b`, "g"), "$2$1"],
  ];
  // other words for a word of the book; they count, but less than the word that was typed
  const ALSO = {
    elbo: ["bound"], memorization: ["copies"], memorize: ["copies"], memorise: ["copies"], memorisation: ["copies"], overfitting: ["copies"],
    generate: ["sample"], generation: ["sampling"], seed: ["key"], sde: ["stochastic"], ode: ["ordinary"], mse: ["squared"], minibatch: ["batch"],
    speed: ["faster"], benchmark: ["measurement"], homework: ["assignment"],
  };
  const STOP = new Set(("a and are as at be but by can do does for from how i if in into is it its me my of on or so such that the their then there these they "
    + "this to was we what when which why will with you your").split(" "));
  const AMERICAN = [[/^(.{3,})is(e|ed|es|er|ers|ing|ation|ations)$/, "$1iz$2"], [/^(behavi|col|fav|neighb)our/, "$1or"], [/^(mode|labe|cance)ll(ed|ing)$/, "$1l$2"]];
  const FIELDS = { index: 6, heading: 5, terms: 3, page: 1.5, text: 1 };
  const WINDOW = 34; // words of an extract

  const stemmer = new Stemmer();
  const root = (word) => stemmer.stemWord(AMERICAN.reduce((left, [from, to]) => left.replace(from, to), word));

  function words(text) {
    let spelt = text.normalize("NFKD").toLowerCase().replace(/['’]s?\b|[_\\]/g, "")
      .replace(/(\p{L})([\u0302-\u0304])/gu, (_, letter, accent) => ` ${GREEK[letter] ?? letter}${ACCENTS[accent]} `)
      .replace(/\p{M}/gu, "").replace(/[α-ω∇∞]/g, (letter) => ` ${GREEK[letter]} `)
      .replace(/[^\p{L}\p{N}]+/gu, " ");
    for (const [from, to] of PHRASES) spelt = spelt.replace(from, to);
    return spelt.split(" ").filter(Boolean);
  }

  // a word as it stands and its root; of a letter with an accent the letter too
  const known = new Set();
  function forms(word) {
    const bare = word.match(new RegExp(`^(${LETTERS})(tilde|bar|hat)$`));
    if (STOP.has(word)) return null;
    const all = [...new Set([word, root(word), ...(bare ? [bare[1]] : [])])];
    all.forEach((form) => known.add(form));
    return all;
  }

  const index = new MiniSearch({ fields: Object.keys(FIELDS), tokenize: words, processTerm: forms });
  const sections = new Map(window.bookSections.map((section) => [section.id, section]));
  index.addAll(window.bookSections);

  // for a term of the index the sections that it leads to: they come first for who asks for just this
  const defining = new Map();
  for (const { id, index: terms } of window.bookSections)
    for (const term of terms.split("; ").map((term) => words(term).join(" "))) defining.set(term, [...(defining.get(term) ?? []), id]);

  const scaled = (share) => Object.fromEntries(Object.entries(FIELDS).map(([field, weight]) => [field, weight * share]));
  const leaf = (word, share, more = {}) => ({ queries: [word], boost: scaled(share), ...more });

  // whatever may stand for a word of the query; the last may still be being typed, and one that is unknown mistyped
  function meant(word, last) {
    return {
      combineWith: "OR",
      queries: [
        known.has(root(word)) ? leaf(root(word), 1) : leaf(word, 1, { prefix: last && word.length > 1, fuzzy: word.length > 4 ? 0.2 : false }),
        ...(ALSO[word] ?? []).map((other) => leaf(root(other), 0.5)),
      ],
    };
  }

  function extract(text, found) {
    const pieces = text.split(/([\p{L}\p{N}\p{M}_]+)/u); // words at odd places
    const marked = pieces.map((piece, i) => i % 2 === 1 && words(piece).some((word) => !STOP.has(word) && (found.has(word) || found.has(root(word)))));
    let best = 0, most = -1;
    for (let start = 1; start < pieces.length; start += 2) {
      if (!marked[start] && start > 1) continue;
      const kinds = new Set();
      for (let i = start; i < Math.min(start + 2 * WINDOW, pieces.length); i += 2) if (marked[i]) kinds.add(root(pieces[i].toLowerCase()));
      if (kinds.size > most) [best, most] = [start, kinds.size];
    }
    // from the beginning of the sentence, if that is near
    let from = best;
    while (from > 1 && best - from < 20 && !/[.?!:…]\s*$/.test(pieces[from - 1])) from -= 2;
    const to = Math.min(from + 2 * WINDOW + (best - from), pieces.length);
    return [[from > 1 ? "… " : "", false], ...pieces.slice(from, to).map((piece, i) => [piece, marked[from + i]]), [to < pieces.length ? " …" : "", false]];
  }

  window.bookSearch = (query, limit = 10) => {
    const typed = words(query), asked = typed.some((word) => !STOP.has(word)) ? typed.filter((word) => !STOP.has(word)) : [];
    if (!asked.length) return [];
    const hits = index.search(
      { combineWith: "OR", queries: asked.map((word, i) => meant(word, i === asked.length - 1 && !/\s$/.test(query))) },
      { tokenize: (word) => [word], processTerm: (word) => word },
    );
    const first = new Set(defining.get(typed.join(" ")));
    // a section that answers to more of the words comes first
    const share = (hit) => asked.filter((word) => [word, root(word), ...(ALSO[word] ?? []).map(root)].some((term) => hit.queryTerms.includes(term))).length / asked.length;
    return hits.map((hit) => ({ hit, score: hit.score * share(hit) ** 2 }))
      .sort((a, b) => first.has(b.hit.id) - first.has(a.hit.id) || b.score - a.score).slice(0, limit)
      .map(({ hit }) => { const section = sections.get(hit.id); return { ...section, extract: extract(section.text, new Set(hit.terms)) }; });
  };
})();
