"""A product with two revisions is set up, and the box build of the new one is changed.

The product is made on a local simulator, so the script needs nothing and leaves nothing behind.
"""

from pywats import NotFoundError, pyWATS
from pywats.models import Product, ProductRevision, Vendor
from pywats.simulator import WatsSimulator

PART = "CTRL-BOARD-07"


def main() -> None:
    with WatsSimulator() as server, pyWATS(server.url, server.token) as api:
        save_once(api, Product(part_number=PART, name="Control board"))
        for name in ("A", "B"):
            api.product.save_revision(ProductRevision(part_number=PART, revision=name))
        api.product.save_vendors([Vendor(vendor_name="Nordic Components")])

        build_first_revision(api)
        change_second_revision(api)

        print("products that begin with CTRL:")
        for product in api.product.iter_products("startswith(PartNumber, 'CTRL')"):
            print(f"  {product.part_number}: {product.name}")


def save_once(api: pyWATS, product: Product) -> None:
    """Create the product, unless the server has it."""
    try:
        known = api.product.get_product(product.part_number)
    except NotFoundError:
        known = api.product.save_product(product)
        print(f"{known.part_number} is new")
    print(f"{known.part_number} has the ID {known.product_id}")


def build_first_revision(api: pyWATS) -> None:
    """Say which parts a board of revision A is made of."""
    template = api.product.get_box_build_template(PART, "A")
    template.add_component("PSU-3V3", rev="1", qty=1, ref="PS1")
    template.add_component("DISPLAY-4", qty=1, ref="X3", desc="4-line display")
    template.save()
    print(f"revision A: {[component.number for component in template.components]}")


def change_second_revision(api: pyWATS) -> None:
    """Revision B is A with another power supply."""
    template = api.product.get_box_build_template(PART, "B")
    for component in api.product.get_box_build_template(PART, "A").components:
        template.add_component(component.number, rev=component.rev, qty=component.qty, ref=component.ref)
    template.remove_component("PSU-3V3", rev="1")
    template.add_component("PSU-3V3", rev="2", qty=1, ref="PS1")
    template.save()
    stored = api.product.get_box_build_template(PART, "B")
    print(f"revision B: {[(component.number, component.rev) for component in stored.components]}")


if __name__ == "__main__":
    main()
