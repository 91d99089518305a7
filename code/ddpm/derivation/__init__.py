r"""Derivations that the machine checks, and the registry that ties each equation of the book to its check.

| module | what is in it |
| --- | --- |
| `symbols` | the notation: alpha[t], x[t], epsilon_theta(x[t], t), families and functions of one's own |
| `chain` | `Chain`: steps verified as they are added, printed as one aligned block |
| `densities` | q(x[t] | x[t - 1]), p_theta(x[0:T]): named densities that obey the Markov property |
| `expectation` | E_q, E_noise, KL |
| `gaussians` | `Normal`: densities as formulas, completing the square, KL by moments |
| `induction` | `Induction`: base case and step |
| `settle`, `numbers` | how an equality is decided: symbols, and numbers at random points |
| `printing` | TeX in the paper's notation, in lines that fit a phone |
| `registry` | definition, proof, numeric, cited: the check of each labelled equation |
"""
