"""What readers type leads to where the book says it: first or second, from a server, below a folder, and from a file.

The questions come from the subjects of the chapters; they were written down before the search was.
"""

import hashlib
import threading
import unicodedata
from contextlib import contextmanager

import pytest
from axe import AXE, MODES, RUN
from bs4 import BeautifulSoup
from built_site import open_page

from bookbuild.cli import serve
from bookbuild.site import plain

ENGINE = "4e02b9fa52f244c377d737c7d06cda6bce967d137254e8532d6c79f68469bef3"

# what a reader types, and the section that must come first or second
QUESTIONS = [
    ("forward process", "forward_extremes#one-step"),
    ("β", "forward_extremes#one-step"),
    ("markov chain", "forward_extremes#one-step"),
    ("signal to noise ratio", "forward_extremes#what-decides-how-fast-an-image-is-lost"),
    ("cosine schedule", "forward_extremes#the-schedules-people-use"),
    ("write your own noise schedule", "forward_extremes#a-schedule-of-your-own"),
    ("closed form of x_t", "closed_form#the-derivation"),
    ("reparameterization trick", "closed_form#the-derivation"),
    ("reparametrisation", "closed_form#the-derivation"),
    ("proof by induction", "closed_form#the-machine-checks-the-proof"),
    ("evidence lower bound", "likelihood_to_kl#the-bound"),
    ("ELBO", "likelihood_to_kl#the-bound"),
    ("VLB", "likelihood_to_kl#the-bound"),
    ("variational bound", "likelihood_to_kl#the-bound"),
    ("jensens inequality", "likelihood_to_kl#the-bound"),
    ("kullback leibler divergence", "likelihood_to_kl#kl-divergences-and-their-direction"),
    ("telescoping sum", "likelihood_to_kl#problem-2-2b-the-kl-form"),
    ("importance weighted bound", "bound_in_numbers#exercises"),
    ("beta tilde", "mean_to_noise#the-posterior-by-completing-the-square"),
    ("posterior variance", "mean_to_noise#the-posterior-by-completing-the-square"),
    ("v-prediction", "mean_to_noise#one-family-x-0-noise-v-score-mean"),
    ("simple loss", "mean_to_noise#dropping-the-weight"),
    ("roofline", "mean_or_noise_timing#what-is-to-be-expected-of-the-machine"),
    ("training algorithm", "train_and_observe#algorithm-1"),
    ("which activation function relu", "train_and_observe#which-activation"),
    ("sampling algorithm", "train_and_observe#algorithm-2"),
    ("softmax responsibilities", "more_patterns#the-best-predictor-of-a-finite-data-set"),
    ("memorization", "more_patterns#what-the-best-predictor-makes-and-what-it-does-not"),
    ("score", "score#what-a-score-is"),
    ("tweedie's formula", "score#the-noise-prediction-is-a-score"),
    ("denoising score matching", "score#how-a-score-is-learned"),
    ("langevin dynamics", "score#drawing-with-a-score-alone"),
    ("annealed noise levels", "score#noise-levels-mend-it"),
    ("karras schedule rho", "where_to_step#three-grids"),
    ("trailing timestep spacing", "where_to_step#slips-in-the-index"),
    ("optimal time steps", "where_to_step#the-best-grid-there-is"),
    ("how many sampling steps", "where_to_step#when-to-stop"),
    ("does fresh noise help", "where_to_step#when-noise-helps"),
    ("flow matching", "flow_matching#the-loss-is-a-weighted-noise-loss"),
    ("rectified flow reflow", "flow_matching#how-straight-are-the-ways"),
    ("minibatch coupling", "flow_matching#how-straight-are-the-ways"),
    ("logit-normal timesteps", "flow_matching#the-loss-is-a-weighted-noise-loss"),
    ("checkerboard likelihood", "flow_matching#a-density-that-is-no-mixture-of-points"),
    ("straight path", "flow_matching#one-family"),
    ("classifier-free guidance", "guidance#bayes-rule-at-every-level-of-noise"),
    ("guidance scale conventions", "guidance#one-knob-two-scales"),
    ("class dropout", "guidance#one-network-two-questions"),
    ("limited guidance interval", "guidance#guidance-in-an-interval"),
    ("tilted density", "guidance#what-is-drawn"),
    ("rejection sampling", "guidance#an-honest-sampler-of-the-tilted-density"),
    ("inpainting deblurring", "inverse#linear-measurements"),
    ("reconstruction guidance", "inverse#what-stands-in-for-the-integral"),
    ("replacement of known pixels", "inverse#or-overwrite"),
    ("fsdp", "larger#what-is-kept-what-is-sent"),
    ("gradient accumulation", "larger#less-memory"),
    ("bfloat16", "larger#sixteen-bits"),
    ("how long does cifar-10 training take", "larger#what-a-run-costs"),
    ("my own images", "larger#your-own-images-on-several-machines"),
    ("fid frechet inception distance", "real_images#how-to-judge-samples"),
    ("precision recall coverage", "real_images#how-to-judge-samples"),
    ("does my model copy training images", "real_images#when-does-it-begin-to-copy"),
    ("train on my own images", "real_images#images-of-your-own"),
    ("interpolate between images", "real_images#from-one-digit-to-another"),
    ("optimal reverse variance", "choices#the-best-variance-of-a-step"),
    ("learned variances", "choices#learned-pixel-by-pixel"),
    ("improved ddpm hybrid loss", "choices#learned-pixel-by-pixel"),
    ("min-SNR weights", "choices#what-is-predicted-and-its-weight"),
    ("EMA of the weights", "choices#schedule-times-average-width-time"),
    ("ddim", "fewer_steps#a-family-of-steps"),
    ("number of function evaluations", "fewer_steps#a-family-of-steps"),
    ("eta", "fewer_steps#its-two-ends"),
    ("dpm-solver++", "fewer_steps#a-step-of-second-order"),
    ("jax random keys", "jax#random-numbers-from-keys"),
    ("grading notebooks", "for_instructors#grade"),
]

FOUND = "query => bookSearch(query).slice(0, 2).map(section => section.id)"
LINKS = "() => [...document.querySelectorAll('.found a')].map(a => a.getAttribute('href'))"
LIST = "dialog .found a"


@contextmanager
def served(folder):
    with serve.server(folder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(
    scope="module",
    params=["file", *(pytest.param(name, marks=pytest.mark.slow) for name in ("server", "folder of a server"))],
)
def home(request, site, tmp_path_factory):
    """The address of the site, as readers have it."""
    if request.param == "file":
        yield f"{site.as_uri()}/"
    elif request.param == "server":
        yield request.getfixturevalue("address")
    else:
        top = tmp_path_factory.mktemp("host")
        (top / "some").mkdir()
        (top / "some/book").symlink_to(site, target_is_directory=True)
        with served(top) as address:
            yield f"{address}some/book/"


@pytest.fixture(scope="module")
def searching(browser, home):
    """A chapter with the dialog of the search open and in use, which asked for nothing from elsewhere."""
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{home}book/closed_form.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("noise")
    page.wait_for_selector(LIST)
    yield page
    assert [url for url in asked if not url.startswith(home)] == []
    page.close()


@pytest.mark.parametrize("query, section", QUESTIONS)
def test_a_question_leads_to_its_section(searching, query, section):
    page, place = section.split("#")
    assert f"book/{page}.html#{place}" in searching.evaluate(FOUND, query)


@pytest.mark.parametrize(
    "spellings",
    [
        ["ELBO", "elbo", "evidence lower bound", "VLB", "variational lower bound", "variational bound"],
        ["beta tilde", "beta-tilde", "β̃", "tilde beta", r"\tilde\beta", "beta_tilde"],
        ["reparameterization", "reparameterisation", "reparametrization", "reparametrisation"],
        ["KL divergence", "Kullback–Leibler divergence", "kullback leibler divergence"],
        ["SNR", "signal-to-noise ratio", "signal to noise"],
        ["normalising constant", "normalizing constant"],
        ["alpha bar", "ᾱ", "alpha_bar", r"\bar\alpha"],
    ],
)
def test_spellings_of_one_thing_find_the_same(searching, spellings):
    first, *others = [searching.evaluate("query => bookSearch(query).slice(0, 3).map(s => s.id)", s) for s in spellings]
    assert first and others == [first] * len(others)


def test_a_term_leads_to_the_section_that_defines_it(searching):
    wrong = searching.evaluate("""() => window.bookSections.flatMap(section => section.index.split("; ").filter(Boolean)
        .filter(term => !bookSearch(term, 2).some(found => found.id === section.id)))""")
    assert wrong == [] and searching.evaluate("() => window.bookSections.filter(s => s.index).length") > 15


def test_code_and_navigation_are_not_found(searching):
    sections = searching.evaluate("() => window.bookSections")
    text = " ".join(section["text"] for section in sections)
    for word in (
        "import jax",
        "figures.use_style",
        "Skip to main content",
        "Contents",
        "Copy to clipboard",
        "Link to this",
    ):
        assert word not in text
    assert searching.evaluate("() => bookSearch('matplotlib_inline use_style')") == []
    assert all(section["text"] for section in sections if section["heading"] not in ("The problem set", "Appendix"))
    assert len({section["id"] for section in sections}) == len(sections)


def test_extracts_show_what_was_asked_for(searching):
    for query, word in [("beta tilde", "β̃ₜ"), ("jensens inequality", "Jensen"), ("memorization", "memorise")]:
        extracts = [section["extract"] for section in searching.evaluate("query => bookSearch(query, 2)", query)]
        assert any(meant and text.startswith(word) for extract in extracts for text, meant in extract), extracts


def test_results_come_while_one_types_and_the_keyboard_reaches_them(searching, home):
    page = searching
    page.locator("dialog input").fill("jensen")
    page.wait_for_function(f"() => {{ const first = document.querySelector('{LIST}');"
                           " return first && first.href.endsWith('likelihood_to_kl.html#the-bound'); }")  # fmt: skip
    assert page.locator("dialog [role=status]").inner_text() in {f"{n} sections" for n in range(2, 8)} | {
        "The first 8 sections"
    }
    page.locator("dialog input").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{home}book/likelihood_to_kl.html#the-bound")
    page.go_back()
    page.wait_for_selector("article")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzzzzz")
    page.wait_for_function("() => document.querySelector('dialog [role=status]').innerText.startsWith('Nothing found')")
    page.keyboard.press("Escape")
    assert not page.locator("#pst-search-dialog").is_visible()
    page.keyboard.press("Control+k")
    page.locator("dialog input").fill("noise")
    page.wait_for_selector(LIST)  # as the other tests expect it


@pytest.mark.slow
def test_the_page_of_results(browser, home):
    page = browser.new_page()
    page.goto(f"{home}search.html?q=cosine+schedule")
    page.wait_for_selector("#search-results a")
    assert len(page.evaluate(LINKS)) > 8
    page.locator("#search-results a[href$=the-schedules-people-use]").click()
    page.wait_for_url(f"{home}book/forward_extremes.html#the-schedules-people-use")
    page.goto(f"{home}search.html")
    page.keyboard.type("roofline")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=roofline")
    page.wait_for_function(
        "() => document.querySelector('#search-results a[href*=what-is-to-be-expected-of-the-machine]')"
    )
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize("width, scheme", MODES)
@pytest.mark.parametrize(
    "url, results", [("search.html?q=noise", "#search-results a"), ("book/closed_form.html", LIST)]
)
def test_axe_finds_nothing_where_something_was_found(address, page, width, scheme, url, results):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    open_page(page, address + url)
    if results == LIST:
        page.keyboard.press("Control+k")
        page.keyboard.type("noise")
    page.wait_for_selector(results)
    assert page.errors == [] and page.outside == []
    page.evaluate(AXE)
    assert page.evaluate(RUN) == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_the_engine_is_as_published(site):
    shipped = (site / "_static/search/minisearch.js").read_bytes()
    assert hashlib.sha256(shipped).hexdigest() == ENGINE, "minisearch 7.2.0, dist/umd/index.js without its last line"
    assert "Luca Ongaro" in (site / "_static/search/minisearch.LICENSE.txt").read_text()


@pytest.mark.parametrize(
    "mathml, line",
    [
        ("<msub><mover><mi>α</mi><mo>¯</mo></mover><mrow><mi>t</mi><mo>−</mo><mn>1</mn></mrow></msub>", "ᾱₜ₋₁"),
        ("<mfrac><mi>a</mi><msup><mi>b</mi><mn>2</mn></msup></mfrac>", "a/(b²)"),
        ("<msqrt><mn>1</mn><mo>−</mo><mi>β</mi></msqrt>", "√(1−β)"),
        ("<msub><mi>p</mi><mi>θ</mi></msub><mo>(</mo><mi>x</mi><mo>,</mo><mi>t</mi><mo>)</mo>", "p_θ(x, t)"),
        ("<mi>x</mi><mo>≤</mo><msup><mn>2</mn><mrow><mi>s</mi><mo>+</mo><mn>1</mn></mrow></msup>", "x ≤ 2^(s+1)"),
    ],
)
def test_formulas_in_one_line(mathml, line):
    assert unicodedata.normalize("NFC", plain.text(BeautifulSoup(f"<math>{mathml}</math>", "html.parser"))) == line
