"""The picture beside a link to the book."""

import types

from PIL import Image

from bookbuild.site.card import HEIGHT, WIDTH, configure, draw


def test_the_picture_has_its_size_and_the_same_bytes_every_time(tmp_path):
    for name in ("a.png", "b.png"):
        draw(tmp_path / name, "A Book", "A sentence about it. " * 8)
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (WIDTH, HEIGHT)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_it_is_named_where_the_site_has_an_address():
    for base, named in [("", None), ("https://a.org/book", "https://a.org/book/_static/card.png")]:
        config = types.SimpleNamespace(html_baseurl=base, ogp_image=None)
        configure(None, config)
        assert config.ogp_image == named
