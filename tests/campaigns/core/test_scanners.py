from ipaddress import ip_network

from campaigns.core.scanners import AGENTS, NETWORKS, is_known_agent, is_known_network


def test_every_line_of_the_table_has_its_source_and_stands_once() -> None:
    assert all(line.source for line in (*AGENTS, *NETWORKS))
    words = [agent.word for agent in AGENTS]
    assert words == [word.lower() for word in words]
    assert len(set(words)) == len(words)
    nets = [ip_network(one.network) for one in NETWORKS]
    assert len(set(nets)) == len(nets)


def test_browsers_of_people_are_none_of_them() -> None:
    for browser in (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 14.7; rv:141.0) Gecko/20100101 Firefox/141.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1",
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/141.0.0.0 Mobile Safari/537.36",
    ):
        assert not is_known_agent(browser)
    assert not is_known_network("90.12.34.56")
    assert not is_known_network("")
