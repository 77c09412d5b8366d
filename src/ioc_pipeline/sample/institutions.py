"""Figures of systems 21 to 25: networks, sites, payments, commerce, staff, enterprises, schools and hospitals."""

from ioc_pipeline.sample import figures, stocks
from ioc_pipeline.sample.asked import Asked
from ioc_pipeline.sample.bodies import Body, by_name, by_unit, of_province

QUARTERS_OPEN = 3  # each three quarters back, one more incident was left open


def party_network(asked: Asked) -> list[Body]:
    """The province's own agencies beside the party committees below it."""
    below = len(asked.communes())
    values = {
        "province_count": 9,
        "province_connected_count": 9,
        "commune_count": below,
        "commune_connected_count": below if asked.is_merged else max(0, below - 9 * asked.age),
    }
    return [of_province(asked, values)]


def network_security(asked: Asked) -> list[Body]:
    """Systems by agency, and the data centre on a sheet of its own."""
    agencies = asked.agencies()
    wobble = figures.wobbler(f"{asked.seed}:systems")
    systems = [
        1 + more for more in figures.share_out(39, figures.agency_sizes(f"{asked.seed}:agencies", len(agencies)))
    ]
    approved = figures.share_out(sum(systems) - 1 - 2 * asked.age, figures.around(systems, wobble, 0.2), systems)
    found = figures.share_out(23 + 2 * asked.age, figures.around(systems, wobble, 0.6))
    values = {
        "system_count": systems,
        "approved_count": approved,
        "protected_count": figures.share_out(sum(approved) - 5, approved, approved),
        "incident_count": found,
        "handled_count": figures.share_out(sum(found) - asked.age // QUARTERS_OPEN, found, found),
    }
    data_centre = {
        "server_count": 48,
        "server_used_count": 41 - asked.age,
        "storage_tb": 320.0,
        "storage_used_tb": 214.5 - 8.5 * asked.age,
    }
    return [by_unit(asked, agencies, values), of_province(asked, data_centre)]


def portal_sites(asked: Asked) -> list[Body]:
    """The agencies' sites, and the provincial portal on a sheet of its own."""
    agencies = asked.agencies()
    sites = [1 + more for more in figures.share_out(4, figures.agency_sizes(f"{asked.seed}:sites", len(agencies)))]
    upgraded = figures.share_out(sum(sites) - 2 - asked.age, sites, sites)
    portal = {"criterion_count": 42, "met_count": 40 - asked.age // 2, "visit_count": 1_284_300 - 41_700 * asked.age}
    return [by_unit(asked, agencies, {"site_count": sites, "upgraded_count": upgraded}), of_province(asked, portal)]


def payment_accounts(asked: Asked) -> list[Body]:
    """Of adults, the published share in the newest quarter."""
    holders = round(stocks.adults(asked.profile, 0) * asked.profile.account_holders_share) - 11_300 * asked.age
    values = {"adult_count": holders, "account_count": round(holders * 1.43), "point_count": 3_120 - 84 * asked.age}
    return [of_province(asked, values)]


def digital_applications(asked: Asked) -> list[Body]:
    shares = asked.profile.digital_users_shares
    users = round(stocks.people(asked.profile, asked.age) * shares[min(asked.age, len(shares) - 1)])
    return [of_province(asked, {"user_count": users, "service_user_count": round(users * 0.58)})]


def ecommerce_products(asked: Asked) -> list[Body]:
    """A commune without a product is among them."""
    weights = asked.weights()
    wobble = figures.wobbler(f"{asked.seed}:products")
    products = figures.share_out(416 - 11 * asked.age, figures.around(weights, wobble, 0.7))
    listed = figures.share_out(287 - 16 * asked.age, figures.around(products, wobble, 0.5), products)
    values = {
        "product_count": products,
        "listed_count": listed,
        "seller_count": figures.share_out(1_164 - 58 * asked.age, figures.around(products, wobble, 0.5)),
    }
    return [by_unit(asked, asked.communes(), values)]


def it_workforce(asked: Asked) -> list[Body]:
    """Staff of every commune, and whether one of them looks after its IT."""
    communes, weights = asked.communes(), asked.weights()
    wobble = figures.wobbler(f"{asked.seed}:staff")
    total = max(4_310, 14 * len(communes))
    officials = [12 + more for more in figures.share_out(total - 12 * len(communes), weights)]
    has = figures.share_out(
        round(len(communes) * (0.947 - 0.043 * asked.age)),
        [wobble(0.9) for _ in communes],
        [1] * len(communes),
    )
    by_size = [count * weight for count, weight in zip(has, weights, strict=True)]
    second = figures.share_out(round(sum(has) * 0.18), by_size, has)
    values = {
        "official_count": officials,
        "it_official_count": [first + more for first, more in zip(has, second, strict=True)],
        "trained_count": figures.share_out(
            round(sum(officials) * (0.834 - 0.031 * asked.age)), figures.around(officials, wobble, 0.1), officials
        ),
        "with_it": has,
        "without_it": [1 - count for count in has],
    }
    return [by_unit(asked, communes, values)]


def digital_enterprises(asked: Asked) -> list[Body]:
    return [of_province(asked, {"assessed_count": 812 - 47 * asked.age, "platform_count": 1_298 - 55 * asked.age})]


def smart_classrooms(asked: Asked) -> list[Body]:
    """The communes of the year's last day."""
    weights = asked.weights()
    wobble = figures.wobbler(f"{asked.seed}:classrooms")
    rooms = [4 + more for more in figures.share_out(7_930 - 4 * len(weights) - 85 * asked.age, weights)]
    values = {
        "school_count": [1 + more for more in figures.share_out(max(597, 2 * len(weights)) - len(weights), weights)],
        "classroom_count": rooms,
        "smart_count": figures.share_out(1_106 - 243 * asked.age, figures.around(rooms, wobble, 0.5), rooms),
    }
    return [by_unit(asked, asked.communes(), values)]


def smart_hospitals(asked: Asked) -> list[Body]:
    values = {"hospital_count": 17, "smart_count": max(0, 3 - asked.age), "emr_count": max(0, 7 - 3 * asked.age)}
    return [of_province(asked, values)]


FILLS = by_name(
    (
        party_network,
        network_security,
        portal_sites,
        payment_accounts,
        digital_applications,
        ecommerce_products,
        it_workforce,
        digital_enterprises,
        smart_classrooms,
        smart_hospitals,
    )
)
