r"""Derivations that the machine checks, and the registry that ties each equation of the book to its check.

| module | what is in it |
| --- | --- |
| `symbols` | the notation: alpha[t], x[t], epsilon_theta(x[t], t), families and functions of one's own |
| `chain` | `Chain`: steps verified as they are added, printed as one aligned block |
| `densities` | q(x[t] | x[t - 1]), p_theta(x[0:T]): named densities that obey the Markov property |
| `expectation` | E_q, E_noise, KL |
| `gaussians` | `Normal`: densities as formulas, completing the square, KL by moments |
| `formulas` | what the chapters prove and answers are graded against: the closed form, the posterior, the bound |
| `induction` | `Induction`: base case and step |
| `statement` | definitions and results as rows, several chains in one block |
| `settle` | whether two expressions are equal: `settle`, and `prove` where only a proof will do |
| `premises`, `forward` | what may be put in: definitions of what is free, which agree with the forward chain |
| `hidden` | names that hide, by definition, what a mean or a sum binds, or a zero |
| `numbers`, `draws`, `forms`, `named`, `worlds`, `means` | numbers at random points, which refuse a step |
| `proofs`, `algebra`, `terms`, `images`, `lowest` | symbols, which prove it |
| `values`, `zeros` | whether the parts of an expression have values |
| `mutants` | wrong equations made from right ones |
| `printing`, `layout` | TeX in the paper's notation, in lines that fit a phone |
| `registry` | definition, proof, numeric, cited: the check of each labelled equation |
"""
