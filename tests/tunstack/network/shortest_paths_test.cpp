// Routes by the shortest paths, held against Floyd and Warshall's plain search over the same graphs.
#include "tunstack/network/shortest_paths.hpp"

#include <fmt/format.h>

#include <random>
#include <set>

#include "protocols/ip/routes.hpp"
#include "tests/support/host.hpp"
#include "tests/support/planned_network.hpp"

namespace tunstack::test::shortest_paths_test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

/// "10.0.3.0/24 via 10.0.1.2 0" of each route that a node has.
std::vector<std::string> routes_of(const NetworkPlan& plan, std::size_t node, Family family = Family::ipv4) {
  std::vector<std::string> lines;
  for (const ip::Route& route : plan.nodes[node].config.routes)
    if (route.prefix.address.family() == family)
      lines.push_back(fmt::format("{} via {} {}", to_text(route.prefix), to_text(route.gateway.value()),
                                  static_cast<unsigned>(route.interface)));
  return lines;
}

// ---- by hand ----

TEST(ShortestPaths, a_row) {
  const NetworkPlan plan = row_of({.routers = 3});
  EXPECT_THAT(routes_of(plan, 0),
              UnorderedElementsAre("198.51.100.2/31 via 198.51.100.1 1", "203.0.113.0/24 via 198.51.100.1 1"));
  EXPECT_THAT(routes_of(plan, 1),
              UnorderedElementsAre("192.0.2.0/24 via 198.51.100.0 0", "203.0.113.0/24 via 198.51.100.3 1"));
  EXPECT_THAT(routes_of(plan, 2, Family::ipv6),
              UnorderedElementsAre("2001:db8::/64 via fe80::1 0", "2001:db8:1:1::/64 via fe80::1 0"))
      << "routers name themselves by their link-local addresses (RFC 4861 4.5)";
}

TEST(ShortestPaths, both_ways_around_a_ring_where_they_are_equal) {
  const NetworkPlan plan = ring_of(4).plan();
  EXPECT_THAT(routes_of(plan, 0), UnorderedElementsAre("10.0.2.0/24 via 10.0.1.2 1", "10.0.3.0/24 via 10.0.4.1 2"));
  EXPECT_THAT(routes_of(plan, 2), UnorderedElementsAre("10.0.1.0/24 via 10.0.2.1 0", "10.0.4.0/24 via 10.0.3.2 1",
                                                       "192.0.2.0/24 via 10.0.2.1 0", "192.0.2.0/24 via 10.0.3.2 1"));
}

TEST(ShortestPaths, costs_decide) {
  const auto triangle = [](std::uint32_t direct) {
    Draft draft;
    draft.router("a").router("b").router("c");
    draft.link("ab", {{"a", {"10.0.1.1/24"}}, {"b", {"10.0.1.2/24"}}}, {}, direct);
    draft.link("ac", {{"a", {"10.0.4.1/24"}}, {"c", {"10.0.4.2/24"}}}, {}, 2);
    draft.link("cb", {{"c", {"10.0.8.1/24"}}, {"b", {"10.0.8.2/24"}}}, {}, 2);
    draft.link("b", {{"b", {"10.0.16.1/24"}}, outside});
    return routes_of(draft.plan(), 0);
  };
  EXPECT_THAT(triangle(3), UnorderedElementsAre("10.0.8.0/24 via 10.0.4.2 1", "10.0.16.0/24 via 10.0.1.2 0"));
  EXPECT_THAT(triangle(4), UnorderedElementsAre("10.0.8.0/24 via 10.0.4.2 1", "10.0.16.0/24 via 10.0.1.2 0",
                                                "10.0.16.0/24 via 10.0.4.2 1"));
  EXPECT_THAT(triangle(5), UnorderedElementsAre("10.0.8.0/24 via 10.0.4.2 1", "10.0.16.0/24 via 10.0.4.2 1"));
}

TEST(ShortestPaths, hosts_are_no_way_for_others) {
  Draft draft;
  draft.router("a").host("h").router("b");
  draft.link("ah", {{"a", {"10.0.1.1/24"}}, {"h", {"10.0.1.2/24"}}});
  draft.link("hb", {{"h", {"10.0.2.1/24"}}, {"b", {"10.0.2.2/24"}}});
  draft.link("b", {{"b", {"10.0.9.1/24"}}, outside});
  draft.unrouted().nodes[1].computes_routes = true;
  const NetworkPlan plan = draft.plan();
  EXPECT_THAT(routes_of(plan, 0), IsEmpty());
  EXPECT_THAT(routes_of(plan, 1), UnorderedElementsAre("10.0.9.0/24 via 10.0.2.2 1")) << "a host with a choice";
}

TEST(ShortestPaths, an_interface_that_does_not_forward_is_no_way) {
  Draft draft;
  draft.router("a").router("b");
  draft.link("ab", {{"a", {"10.0.1.1/24"}}, {"b", {"10.0.1.2/24"}}});
  draft.link("b", {{"b", {"10.0.9.1/24"}}, outside});
  EXPECT_THAT(routes_of(draft.plan(), 0), SizeIs(1));
  draft.unrouted().nodes[1].config.interfaces[0].forwards = false;
  EXPECT_THAT(routes_of(draft.plan(), 0), IsEmpty());
}

TEST(ShortestPaths, who_computes_none_keeps_its_own) {
  Draft draft;
  draft.router("a").router("b");
  draft.link("ab", {{"a", {"10.0.1.1/24"}}, {"b", {"10.0.1.2/24"}}});
  draft.link("b", {{"b", {"10.0.9.1/24"}}, outside});
  draft.route("a", "10.0.77.0/24", 0, "10.0.1.2");
  EXPECT_THAT(routes_of(draft.plan(), 0),
              UnorderedElementsAre("10.0.77.0/24 via 10.0.1.2 0", "10.0.9.0/24 via 10.0.1.2 0"));
  draft.unrouted().nodes[0].computes_routes = false;
  EXPECT_THAT(routes_of(draft.plan(), 0), UnorderedElementsAre("10.0.77.0/24 via 10.0.1.2 0"));
}

TEST(ShortestPaths, prefixes_behind_one_next_hop_are_put_together) {
  Draft draft;
  draft.router("a").router("b");
  draft.link("ab", {{"a", {"10.0.0.1/24"}}, {"b", {"10.0.0.2/24"}}});
  for (int i = 1; i < 8; ++i) {
    const std::string address = fmt::format("10.0.{}.1/24", i);
    draft.link(fmt::format("b{}", i), {{"b", {address}}, outside});
  }
  EXPECT_THAT(
      routes_of(draft.plan(), 0),
      UnorderedElementsAre("10.0.1.0/24 via 10.0.0.2 0", "10.0.2.0/23 via 10.0.0.2 0", "10.0.4.0/22 via 10.0.0.2 0"))
      << "but not its own link, which nobody else leads to";
}

TEST(ShortestPaths, a_link_without_a_family_is_no_way_for_it) {
  Draft draft;
  draft.router("a").router("b").router("c");
  draft.link("ab", {{"a", {"10.0.1.1/24"}}, {"b", {"10.0.1.2/24"}}});
  draft.link("ac", {{"a", {"10.0.4.1/24", "2001:db8:2::1/64"}}, {"c", {"10.0.4.2/24", "2001:db8:2::2/64"}}});
  draft.link("cb", {{"c", {"10.0.8.1/24", "2001:db8:3::1/64"}}, {"b", {"10.0.8.2/24", "2001:db8:3::2/64"}}});
  draft.link("b", {{"b", {"10.0.16.1/24", "2001:db8:9::1/64"}}, outside});
  const NetworkPlan plan = draft.plan();
  EXPECT_THAT(routes_of(plan, 0), UnorderedElementsAre("10.0.8.0/24 via 10.0.1.2 0", "10.0.8.0/24 via 10.0.4.2 1",
                                                       "10.0.16.0/24 via 10.0.1.2 0"));
  EXPECT_THAT(routes_of(plan, 0, Family::ipv6),
              UnorderedElementsAre("2001:db8:3::/64 via fe80::2 1", "2001:db8:9::/64 via fe80::2 1"));
}

// ---- against a plain search ----

constexpr std::uint64_t far_away = 1'000'000;

/// Nodes 0, 1, ..., some of which are hosts, at links that join two to four of them. Each has a link of its own, to
/// which the others look for ways.
class RandomGraph {
 public:
  explicit RandomGraph(std::uint32_t seed) : random_(seed) {
    const unsigned nodes = 2 + below(9);
    for (unsigned i = 0; i < nodes; ++i) {
      is_host_.push_back(below(6) == 0);
      if (is_host_[i])
        draft_.host(name(i));
      else
        draft_.router(name(i));
      draft_.unrouted().nodes[i].computes_routes = true;
    }
    for (unsigned i = 0; i < nodes; ++i) add_link({i}, 1);
    for (unsigned i = 0, links = below(2 * nodes); i < links; ++i) {
      std::set<unsigned> ends;
      while (ends.size() < std::min(nodes, 2 + below(3) * below(2))) ends.insert(below(nodes));
      add_link({ends.begin(), ends.end()}, 1 + below(4));
    }
    plan_ = draft_.plan();
    for (unsigned i = 0; i < nodes; ++i) tables_.emplace_back().add(plan_.nodes[i].config.routes);
  }

  /// The next hops that lead from a node to a link by the shortest ways, as the plan has them, "INTERFACE NODE".
  std::set<std::string> planned(std::size_t node, std::size_t link, Family family) const {
    std::set<std::string> hops;
    for (const ip::Route& route : tables_[node].find(plan_.links[link].prefixes[family == Family::ipv6].address))
      hops.insert(fmt::format("{} {}", static_cast<unsigned>(route.interface), whose(route, node)));
    return hops;
  }
  /// The same by Floyd and Warshall: of all neighbors, those over which the way is shortest.
  std::set<std::string> searched(std::size_t node, std::size_t link) const {
    const auto distance = distances_without(node);
    std::uint64_t shortest = far_away;
    std::set<std::string> hops;
    for (const PlannedLink& first : plan_.links)
      for (const LinkEnd& own : first.ends)
        for (const LinkEnd& next : first.ends) {
          if (own.door || next.door || own.node != node || next.node == node || is_host_[next.node]) continue;
          for (const LinkEnd& last : plan_.links[link].ends) {
            if (last.door || last.node == node || is_host_[last.node]) continue;
            const std::uint64_t length = first.cost + distance[next.node][last.node];
            if (length > shortest || length >= far_away) continue;
            if (length < shortest) hops.clear();
            shortest = length;
            hops.insert(fmt::format("{} {}", static_cast<unsigned>(own.interface), next.node));
          }
        }
    return hops;
  }
  bool is_attached(std::size_t node, std::size_t link) const {
    return std::ranges::any_of(plan_.links[link].ends,
                               [&](const LinkEnd& end) { return !end.door && end.node == node; });
  }
  std::size_t nodes() const { return plan_.nodes.size(); }
  std::size_t links() const { return plan_.links.size(); }

 private:
  static std::string name(unsigned number) { return fmt::format("n{}", number); }
  unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }

  void add_link(const std::vector<unsigned>& nodes, std::uint32_t cost) {
    const auto number = static_cast<unsigned>(plan_links_++);
    std::vector<std::string> texts;
    for (const unsigned node : nodes) {
      texts.push_back(fmt::format("10.0.{}.{}/24", number, node + 1));
      texts.push_back(fmt::format("2001:db8:{:x}::{:x}/64", number, node + 1));
    }
    std::vector<std::string> names;
    for (const unsigned node : nodes) names.push_back(name(node));
    std::vector<End> ends;
    for (std::size_t i = 0; i < nodes.size(); ++i) ends.push_back({names[i], {texts[2 * i], texts[2 * i + 1]}});
    if (nodes.size() == 1) ends.push_back(outside);
    draft_.link(fmt::format("l{}", number), ends, {}, cost);
  }
  /// The node that has the gateway on the link there.
  std::size_t whose(const ip::Route& route, std::size_t node) const {
    for (const PlannedLink& link : plan_.links)
      for (const LinkEnd& own : link.ends)
        if (!own.door && own.node == node && own.interface == route.interface)
          for (const LinkEnd& end : link.ends)
            if (!end.door && end.node != node)
              for (const IpPrefix& address :
                   plan_.nodes[end.node].config.interfaces[static_cast<std::size_t>(end.interface)].addresses)
                if (address.address == *route.gateway) return end.node;
    ADD_FAILURE() << "a gateway that nobody has";
    return 0;
  }
  /// Between all nodes but one, by way of those that forward.
  std::vector<std::vector<std::uint64_t>> distances_without(std::size_t without) const {
    std::vector distance(nodes(), std::vector(nodes(), far_away));
    for (std::size_t i = 0; i < nodes(); ++i) distance[i][i] = 0;
    for (const PlannedLink& link : plan_.links)
      for (const LinkEnd& from : link.ends)
        for (const LinkEnd& to : link.ends)
          if (!from.door && !to.door && from.node != to.node)
            distance[from.node][to.node] = std::min<std::uint64_t>(distance[from.node][to.node], link.cost);
    for (std::size_t k = 0; k < nodes(); ++k)
      for (std::size_t i = 0; i < nodes() && k != without && !is_host_[k]; ++i)
        for (std::size_t j = 0; j < nodes(); ++j)
          distance[i][j] = std::min(distance[i][j], distance[i][k] + distance[k][j]);
    return distance;
  }

  std::mt19937 random_;
  Draft draft_;
  std::size_t plan_links_ = 0;
  std::vector<bool> is_host_;
  NetworkPlan plan_;
  std::vector<ip::Routes> tables_;
};

TEST(ShortestPaths, are_those_of_a_plain_search) {
  std::size_t ways = 0, equal_ways = 0, none = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    const RandomGraph graph(seed);
    for (std::size_t node = 0; node < graph.nodes(); ++node)
      for (std::size_t link = 0; link < graph.links(); ++link) {
        if (graph.is_attached(node, link)) continue;
        const auto expected = graph.searched(node, link);
        ASSERT_EQ(graph.planned(node, link, Family::ipv4), expected) << seed << ": " << node << " to " << link;
        ASSERT_EQ(graph.planned(node, link, Family::ipv6), expected) << seed << ": " << node << " to " << link;
        ++ways, equal_ways += expected.size() > 1, none += expected.empty();
      }
  }
  EXPECT_GT(ways, 5000U);
  EXPECT_GT(equal_ways, 500U);
  EXPECT_GT(none, 500U) << "parts without a way between them";
}

}  // namespace
}  // namespace tunstack::test::shortest_paths_test
