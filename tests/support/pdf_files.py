"""PDFs made by hand, as ISO 32000 has them: so that no test needs a library that writes them."""

from collections.abc import Sequence

_SIDE_PT = 200


def pdf(pages: Sequence[str], *, trailer: str = "") -> bytes:
    """Make a PDF with a line of text on each page; "" is a page with a black square."""
    count = len(pages)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {count} /Kids [{' '.join(f'{4 + 2 * i} 0 R' for i in range(count))}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for index, text in enumerate(pages):
        drawn = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET" if text else "0 0 50 50 re f"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_SIDE_PT} {_SIDE_PT}] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * index} 0 R >>"
        )
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream")
    content, offsets = "%PDF-1.4\n", list[int]()
    for number, body in enumerate(objects, 1):
        offsets.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    return (
        f"{content}xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{len(content)}\n%%EOF\n"
    ).encode()


ENCRYPTED = pdf(
    ["secret"],
    trailer=(
        f"/ID [<{'00' * 16}> <{'00' * 16}>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 "
        f"/O <{'11' * 32}> /U <{'22' * 32}> >>"
    ),
)
"""Its password is known to nobody."""
