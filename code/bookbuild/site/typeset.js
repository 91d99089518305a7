// Formulas in, HTML out: MathJax without a browser. Reads one JSON object from standard input, writes one to standard output.
const task = JSON.parse(require("fs").readFileSync(0, "utf8"));

MathJax = {
  loader: { paths: { mathjax: task.mathjax }, require, load: ["adaptors/liteDOM", "input/tex", "output/chtml", "a11y/assistive-mml"] },
  tex: task.tex,
  chtml: { fontURL: task.fonts, adaptiveCSS: false },
  startup: { typeset: false },
};
require(task.mathjax + "/startup.js");

async function main() {
  await MathJax.startup.promise;
  const dom = MathJax.startup.adaptor, formulas = [];
  for (const [tex, display] of task.formulas) {
    const html = dom.outerHTML(await MathJax.tex2chtmlPromise(tex, { display }));
    const error = html.match(/data-mjx-error="([^"]*)"/);
    formulas.push({ html, error: error && error[1] });
  }
  process.stdout.write(JSON.stringify({ formulas, style: dom.textContent(MathJax.chtmlStylesheet()) }));
}

main().catch((error) => {
  process.stderr.write(String(error.stack || error));
  process.exitCode = 1;
});
