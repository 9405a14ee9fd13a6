#include "tunstack/network/shortest_paths.hpp"

#include <algorithm>
#include <map>

#include "tunstack/network/prefix_tree.hpp"

namespace tunstack {

namespace {

using NodeNumber = std::uint32_t;
using LinkNumber = std::uint32_t;

/// A neighbor that packets can be handed to, and the interface that leads there.
struct NextHop {
  InterfaceId interface{};
  LinkEnd neighbor{};
};

/// Sets of next hops by number: those of equally short paths. Number 0 is the empty one.
class NextHopSets {
 public:
  using Number = PrefixTree::Value;

  void clear() {
    sets_.assign(1, {});
    united_.clear();
  }
  /// Of one next hop, by its index.
  Number add(std::uint32_t next_hop) {
    sets_.push_back({next_hop});
    return static_cast<Number>(sets_.size() - 1);
  }
  Number unite(Number one, Number other) {
    if (one == other || other == 0) return one;
    if (one == 0) return other;
    const auto [known, is_new] = united_.try_emplace(std::minmax(one, other), 0);
    if (is_new) known->second = find_or_add(one, other);
    return known->second;
  }
  const std::vector<std::uint32_t>& operator[](Number number) const { return sets_[number]; }

 private:
  Number find_or_add(Number one, Number other) {
    std::vector<std::uint32_t> both;
    std::ranges::set_union(sets_[one], sets_[other], std::back_inserter(both));
    const auto number = static_cast<Number>(std::ranges::find(sets_, both) - sets_.begin());
    if (number == sets_.size()) sets_.push_back(std::move(both));
    return number;
  }

  std::vector<std::vector<std::uint32_t>> sets_;
  std::map<std::pair<Number, Number>, Number> united_;
};

/// Who reaches whom over which link with packets of a family, as far as nodes forward.
class Graph {
 public:
  struct Edge {
    NodeNumber to;
    std::uint32_t cost;
  };

  Graph(const NetworkPlan& plan, Family family) {
    for (const PlannedNode& node : plan.nodes)
      for (std::vector<Use>& uses = uses_.emplace_back(); const InterfaceConfig& interface : node.config.interfaces)
        uses.push_back(use_of(interface, family));
    edges_begin_.push_back(0);
    std::vector<std::vector<Edge>> edges(plan.nodes.size());
    for (const PlannedLink& link : plan.links)
      for (const LinkEnd& from : link.ends)
        for (const LinkEnd& to : link.ends)
          if (!from.door && !to.door && from.node != to.node && forwards(from) && forwards(to))
            edges[from.node].push_back({static_cast<NodeNumber>(to.node), link.cost});
    for (const auto& all : edges) {
      edges_.insert(edges_.end(), all.begin(), all.end());
      edges_begin_.push_back(static_cast<std::uint32_t>(edges_.size()));
    }
  }

  std::span<const Edge> edges_of(NodeNumber node) const {
    return std::span(edges_).subspan(edges_begin_[node], edges_begin_[node + 1] - edges_begin_[node]);
  }
  bool forwards(const LinkEnd& end) const { return use_of(end) == Use::all; }
  /// Whether a node's own packets at least can set out there.
  bool can_send(NodeNumber node, InterfaceId interface) const {
    return use_of({.node = node, .interface = interface}) != Use::none;
  }
  /// Whether ways are the same.
  bool is_like(const Graph& other) const { return uses_ == other.uses_; }

 private:
  /// Which packets may pass an interface.
  enum class Use : std::uint8_t { none, own, all };

  static Use use_of(const InterfaceConfig& interface, Family family) {
    if (!has_address_of(interface, family)) return Use::none;
    return interface.role == Role::router && interface.forwards ? Use::all : Use::own;
  }
  Use use_of(const LinkEnd& end) const { return uses_[end.node][static_cast<std::size_t>(end.interface)]; }

  std::vector<std::vector<Use>> uses_;  // of each node's interfaces
  std::vector<Edge> edges_;
  std::vector<std::uint32_t> edges_begin_;  // of each node
};

/// Paths from one node to all others.
class Paths {
 public:
  static constexpr std::uint64_t unreachable = ~std::uint64_t{0};

  Paths(const NetworkPlan& plan, const Graph& graph)
      : plan_(plan), graph_(graph), distance_(plan.nodes.size()), first_(plan.nodes.size()), links_(plan.nodes.size()) {
    for (LinkNumber i = 0; i < plan.links.size(); ++i)
      for (const LinkEnd& end : plan.links[i].ends)
        if (!end.door) links_[end.node].emplace_back(i, end.interface);
  }

  void find_from(NodeNumber source) {
    std::ranges::fill(distance_, unreachable);
    next_hops_.clear();
    sets_.clear();
    queue_.clear();
    distance_[source] = 0;
    for (const auto& [link, interface] : links_[source])
      for (const LinkEnd& end : plan_.links[link].ends)
        if (!end.door && end.node != source && graph_.can_send(source, interface) && graph_.forwards(end)) {
          next_hops_.push_back({interface, end});
          reach(static_cast<NodeNumber>(end.node), plan_.links[link].cost,
                sets_.add(static_cast<std::uint32_t>(next_hops_.size() - 1)));
        }
    while (!queue_.empty()) look_further(source);
  }

  /// How all shortest paths to a link begin; 0 where there is none.
  NextHopSets::Number next_hops_to(const PlannedLink& link) {
    std::uint64_t nearest = unreachable;
    NextHopSets::Number set = 0;
    for (const LinkEnd& end : link.ends) {
      if (end.door || !graph_.forwards(end) || distance_[end.node] == unreachable) continue;
      if (distance_[end.node] < nearest) set = first_[end.node];
      if (distance_[end.node] == nearest) set = sets_.unite(set, first_[end.node]);
      nearest = std::min(nearest, distance_[end.node]);
    }
    return set;
  }
  const std::vector<std::pair<LinkNumber, InterfaceId>>& links_of(NodeNumber node) const { return links_[node]; }
  template <class Use>
  void each_next_hop(NextHopSets::Number set, const Use& use) const {
    for (const std::uint32_t index : sets_[set]) use(next_hops_[index]);
  }

 private:
  struct Reached {
    std::uint64_t distance;
    NodeNumber node;
    bool operator>(const Reached& other) const { return distance > other.distance; }
  };

  void reach(NodeNumber node, std::uint64_t distance, NextHopSets::Number first) {
    if (distance == distance_[node]) first_[node] = sets_.unite(first_[node], first);
    if (distance >= distance_[node]) return;
    distance_[node] = distance;
    first_[node] = first;
    queue_.push_back({distance, node});
    std::ranges::push_heap(queue_, std::greater{});
  }
  void look_further(NodeNumber source) {
    std::ranges::pop_heap(queue_, std::greater{});
    const auto [distance, node] = queue_.back();
    queue_.pop_back();
    if (distance != distance_[node]) return;  // a shorter way was found meanwhile
    for (const Graph::Edge& edge : graph_.edges_of(node))
      if (edge.to != source) reach(edge.to, distance + edge.cost, first_[node]);
  }

  const NetworkPlan& plan_;
  const Graph& graph_;
  std::vector<std::uint64_t> distance_;
  std::vector<NextHopSets::Number> first_;  // hops of the shortest paths
  std::vector<std::vector<std::pair<LinkNumber, InterfaceId>>> links_;
  std::vector<NextHop> next_hops_;
  NextHopSets sets_;
  std::vector<Reached> queue_;
};

PrefixTree tree_of(const NetworkPlan& plan, Family family) {
  std::vector<PrefixTree::Leaf> leaves;
  for (LinkNumber i = 0; i < plan.links.size(); ++i)
    for (const IpPrefix& prefix : plan.links[i].prefixes)
      if (prefix.address.family() == family && !prefix.address.is_link_local()) leaves.push_back({prefix, i});
  return PrefixTree(std::move(leaves));
}

/// The neighbor's address there: of IPv6 the link-local one, as routers name themselves (RFC 4861 4.5).
std::optional<IpAddress> address_of(const NetworkPlan& plan, const LinkEnd& end, Family family) {
  const auto& addresses = plan.nodes[end.node].config.interfaces[static_cast<std::size_t>(end.interface)].addresses;
  std::optional<IpAddress> found;
  for (const IpPrefix& own : addresses)
    if (own.address.family() == family && (!found || own.address.is_link_local())) found = own.address;
  return found;
}

/// Fills in the routes of one node after the other; a search serves both families where ways are the same in them.
class Router {
 public:
  explicit Router(NetworkPlan& plan)
      : plan_(plan),
        graphs_{Graph(plan, Family::ipv4), Graph(plan, Family::ipv6)},
        paths_{Paths(plan, graphs_[0]), Paths(plan, graphs_[1])},
        trees_{tree_of(plan, Family::ipv4), tree_of(plan, Family::ipv6)},
        values_(plan.links.size()) {}

  void add_routes(NodeNumber node) {
    if (!trees_[0].empty() || is_alike_) add_routes(node, paths_[0], trees_[0]);
    if (is_alike_)
      aggregate(node, paths_[0], trees_[1]);
    else if (!trees_[1].empty())
      add_routes(node, paths_[1], trees_[1]);
  }

 private:
  void add_routes(NodeNumber node, Paths& paths, PrefixTree& tree) {
    paths.find_from(node);
    for (LinkNumber i = 0; i < plan_.links.size(); ++i) {
      const auto set = paths.next_hops_to(plan_.links[i]);
      values_[i] = set == 0 ? PrefixTree::mixed : set;
    }
    // Its own links need none, and where one is down nobody else leads there: a wider route would turn in circles.
    for (const auto& attached : paths.links_of(node)) values_[attached.first] = PrefixTree::mixed;
    aggregate(node, paths, tree);
  }
  void aggregate(NodeNumber node, const Paths& paths, PrefixTree& tree) {
    tree.aggregate(values_, [&](const IpPrefix& prefix, PrefixTree::Value set) { add(node, prefix, paths, set); });
  }
  void add(NodeNumber node, const IpPrefix& prefix, const Paths& paths, PrefixTree::Value set) {
    paths.each_next_hop(set, [&](const NextHop& hop) {
      const auto gateway = address_of(plan_, hop.neighbor, prefix.address.family());
      if (gateway)
        plan_.nodes[node].config.routes.push_back({.prefix = prefix, .interface = hop.interface, .gateway = gateway});
    });
  }

  NetworkPlan& plan_;
  std::array<Graph, 2> graphs_;
  std::array<Paths, 2> paths_;
  std::array<PrefixTree, 2> trees_;
  std::vector<PrefixTree::Value> values_;  // of each link
  bool is_alike_ = graphs_[0].is_like(graphs_[1]);
};

}  // namespace

void add_shortest_paths(NetworkPlan& plan) {
  Router router(plan);
  for (NodeNumber i = 0; i < plan.nodes.size(); ++i)
    if (plan.nodes[i].computes_routes) router.add_routes(i);
}

}  // namespace tunstack
