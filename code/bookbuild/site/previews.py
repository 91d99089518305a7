"""What links lead to, page by page, in scripts: so that a link can show it (book/_static/reading/preview.js) from a
file too.

A script of a page holds its numbered equations, figures, footnotes and sources as they stand in the finished page. A
page names the scripts of the other pages that its links lead to, and loads one when such a link is pointed at.
"""

import json
import re
from pathlib import Path

FOLDER = "_static/previews"
SHOWN = re.compile(
    r'<div class="(?:[\w-]+ )*math [^"]*" id="(?P<equation>equation-[^"]+)".*?</div>'
    r'|<figure [^>]*?id="(?P<figure>[^"]+)".*?</figure>'
    r'|<aside class="footnote brackets" id="(?P<footnote>[^"]+)".*?</aside>'
    r'|<div class="citation" id="(?P<source>[^"]+)".*?</div>',
    re.S,
)
LINK = re.compile(r'<a class="[^"]*" href="([\w./-]+)\.html#([^"]+)"')
NAMED = re.compile(rf'<link rel="preview-script" href="[^"]*{FOLDER}/[^"]*">\n')


def shown(page: str) -> dict[str, str]:
    """The parts of a finished page that a link to them shows, by their ids."""
    return {next(filter(None, found.groups())): found[0] for found in SHOWN.finditer(page)}


def write(app, error):
    if error or app.builder.name != "html":
        return
    top = Path(app.outdir)
    paths = {name: top / app.builder.get_target_uri(name) for name in sorted(app.env.found_docs)}
    pages = {name: path.read_text(encoding="utf-8") for name, path in paths.items()}
    parts = {name: shown(text) for name, text in pages.items()}
    for name, found in parts.items():
        script = top / FOLDER / f"{name}.js"
        script.unlink(missing_ok=True)
        if found:
            script.parent.mkdir(parents=True, exist_ok=True)
            script.write_text(f"bookPreview({json.dumps(found, ensure_ascii=False)});\n", encoding="utf-8")
    for name, text in pages.items():
        article = text[text.index("<article") : text.rindex("</article>")]
        up = "../" * name.count("/")
        wanted = set()
        for address, place in LINK.findall(article):
            target = (paths[name].parent / address).resolve().relative_to(top.resolve()).as_posix()
            if target != name and place in parts.get(target, ()):
                wanted.add(target)
        links = "".join(f'<link rel="preview-script" href="{up}{FOLDER}/{target}.js">\n' for target in sorted(wanted))
        with_links = NAMED.sub("", text).replace("</head>", f"{links}</head>", 1)
        if with_links != text:
            paths[name].write_text(with_links, encoding="utf-8")


def setup(app):
    app.connect("build-finished", write, priority=650)  # once style sheets are cut down, before files are stamped
    return {"parallel_read_safe": True, "parallel_write_safe": True}
