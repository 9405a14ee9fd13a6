#include "tunstack/lab/expansion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "protocols/base/random.hpp"
#include "tunstack/lab/row_names.hpp"
#include "tunstack/options/suggestion.hpp"

namespace tunstack::lab {

namespace {

// 198.18.0.0/15 (RFC 2544) and 2001:db8:ffff::/48 (RFC 3849).
constexpr Ipv4Address usual4{0xc6120000};
constexpr Ipv6Address usual6{{0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff}};

/// Hands out prefixes for links between two nodes: of two addresses each (RFC 3021, RFC 6164).
class Nets {
 public:
  explicit Nets(Faults& faults) : faults_(faults) {}

  void take_pools(const Prefixes& nets, Place place) {
    place_ = place;
    pools_ = nets;
    if (pools_.empty()) pools_ = {{{usual4, 15}, place}, {{usual6, 48}, place}};
  }
  Prefixes next(bool has_ipv4, bool has_ipv6) {
    Prefixes nets;
    for (const Placed<IpPrefix>& pool : pools_)
      if (pool.value.address.is_ipv4() ? has_ipv4 : has_ipv6) nets.push_back({next_of(pool.value), place_});
    return nets;
  }

 private:
  IpPrefix next_of(const IpPrefix& pool) {
    const std::uint64_t number = ++used_[to_text(pool)];
    const auto host_bits = static_cast<unsigned>(pool.width() - pool.length);
    if (host_bits < 32 && 2 * number + 1 >= std::uint64_t{1} << host_bits && !is_told_) {
      is_told_ = true;
      faults_.push_back({place_, fmt::format("{} has no prefix left for so many links", to_text(pool)),
                         "nets = [...] with shorter prefixes"});
    }
    std::array<std::uint8_t, Ipv6Address::size> octets = pool.address.octets_filled_up();
    const std::size_t last = pool.width() / 8 - 4;
    store_be32(octets, last, load_be32(octets, last) + static_cast<std::uint32_t>(2 * number));
    if (pool.address.is_ipv4()) return {Ipv4Address::load(octets, 0), 31};
    return {Ipv6Address{octets}, 127};
  }

  Faults& faults_;
  Place place_;
  Prefixes pools_;
  std::map<std::string, std::uint64_t> used_;
  bool is_told_ = false;
};

class Expander {
 public:
  Expander(LabFile& file, Faults& faults) : file_(file), faults_(faults), nets_(faults) {}

  void expand() {
    std::vector<LabNode> written = std::move(file_.nodes);
    file_.nodes.clear();
    for (LabNode& node : written)
      if (node.is_of_row) of_rows_.emplace(node.name, node);
    for (LabNode& node : written) {
      if (node.is_of_row) continue;
      if (!node.as_template.count && !node.as_template.chain)
        file_.nodes.push_back(std::move(node));
      else
        add_row(node);
    }
    if (file_.topology) add_topology(*file_.topology);
  }

 private:
  using Edge = std::pair<std::size_t, std::size_t>;

  // ---- rows ----

  void add_row(const LabNode& model) {
    const LabTemplate& row = model.as_template;
    if (!row.count || !row.chain)
      return refuse(model.place, fmt::format("the row '{}' lacks its {}", model.name, row.count ? "chain" : "count"),
                    R"(count = 3 and chain = "LINK" together)");
    begin(*row.chain, row.nets, model.place);
    const std::size_t first = add_nodes(model, row.count->value);
    connect(first, "left", *row.chain);
    for (std::size_t i = first; i + 1 < file_.nodes.size(); ++i) link(i, i + 1, "right", "left");
    if (row.to) connect(file_.nodes.size() - 1, "right", *row.to);
  }

  // ---- topologies ----

  void add_topology(const LabTopology& topology) {
    const auto edges = edges_of(topology);
    if (topology.size.value == 0 || topology.link.value.empty())
      return refuse(topology.place, "a topology has kind, size and link", R"(kind = "grid", size = 16, link = "edge")");
    if (!edges) return;
    begin(topology.link, topology.nets, topology.place);
    const std::size_t first = add_nodes(node_of_topology(topology.place), topology.size.value);
    connect(first, "out", topology.link);
    for (const auto& [one, other] : *edges)
      link(first + one, first + other, file_.nodes[first + other].name, file_.nodes[first + one].name);
    if (topology.to) connect(file_.nodes.size() - 1, "far", *topology.to);
  }

  std::optional<std::vector<Edge>> edges_of(const LabTopology& topology) {
    const std::size_t size = topology.size.value;
    const std::string& kind = topology.kind.value;
    std::vector<Edge> edges;
    if (kind == "chain" || kind == "ring")
      for (std::size_t i = 1; i < size; ++i) edges.emplace_back(i - 1, i);
    if (kind == "ring" && size > 2) edges.emplace_back(size - 1, 0);
    if (kind == "tree")
      for (std::size_t i = 1; i < size; ++i) edges.emplace_back((i - 1) / 2, i);
    if (kind == "grid") add_grid(size, edges);
    if (kind == "random") add_random(size, edges);
    if (!edges.empty() || size < 2) return edges;
    const std::vector<std::string> kinds{"chain", "tree", "ring", "grid", "random"};
    refuse(topology.kind.place, fmt::format("'{}' is no kind of topology", kind),
           did_you_mean(kind, kinds) + "chain, tree, ring, grid or random");
    return std::nullopt;
  }
  static void add_grid(std::size_t size, std::vector<Edge>& edges) {
    const auto width = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(size))));
    for (std::size_t i = 0; i < size; ++i) {
      if ((i + 1) % width != 0 && i + 1 < size) edges.emplace_back(i, i + 1);
      if (i + width < size) edges.emplace_back(i, i + width);
    }
  }
  /// A random tree, and half as many links again.
  void add_random(std::size_t size, std::vector<Edge>& edges) const {
    Random random(Seed(file_.seed), "topology");
    std::set<Edge> known;
    for (std::size_t i = 1; i < size; ++i) known.emplace(random.below(i), i);
    for (std::size_t i = 0; i < size / 2; ++i) {
      const std::size_t one = random.below(size), other = random.below(size);
      if (one != other) known.insert(std::minmax(one, other));
    }
    edges.assign(known.begin(), known.end());
  }

  // ---- what both are made of ----

  /// Links between have the families of the one that they begin at.
  void begin(const Placed<std::string>& link, const Prefixes& nets, Place place) {
    const auto found = std::ranges::find(file_.links, link.value, &LabLink::name);
    has_ipv4_ = has_ipv6_ = found == file_.links.end();
    if (found != file_.links.end())
      for (const Placed<IpPrefix>& net : found->nets) (net.value.address.is_ipv4() ? has_ipv4_ : has_ipv6_) = true;
    place_ = place;
    nets_.take_pools(nets, place);
  }
  std::size_t add_nodes(const LabNode& model, std::size_t count) {
    const std::size_t first = file_.nodes.size();
    for (std::size_t i = 1; i <= count; ++i) {
      LabNode node = model;
      node.name += std::to_string(i);
      node.as_template = {};
      const auto own = of_rows_.find(node.name);
      file_.nodes.push_back(own == of_rows_.end() ? node : own->second);
    }
    return first;
  }
  void connect(std::size_t node, const std::string& interface, const Placed<std::string>& link) {
    file_.nodes[node].interfaces.push_back({.name = interface, .place = place_, .link = link});
  }
  void link(std::size_t one, std::size_t other, const std::string& of_one, const std::string& of_other) {
    LabLink& link = file_.links.emplace_back();
    link.name = file_.nodes[one].name + "-" + file_.nodes[other].name;
    link.place = place_;
    link.nets = nets_.next(has_ipv4_, has_ipv6_);
    connect(one, of_one, {link.name, place_});
    connect(other, of_other, {link.name, place_});
  }
  void refuse(Place place, std::string what, std::string remedy) {
    faults_.push_back({place, std::move(what), std::move(remedy)});
  }

  LabFile& file_;
  Faults& faults_;
  Nets nets_;
  std::map<std::string, LabNode> of_rows_;  // what is said of single nodes of rows
  Place place_;
  bool has_ipv4_ = true, has_ipv6_ = true;
};

}  // namespace

LabNode node_of_topology(Place place) {
  LabNode node;
  node.name = topology_row;
  node.place = place;
  node.role = {"router", place};
  return node;
}

void expand_templates(LabFile& file, Faults& faults) { Expander(file, faults).expand(); }

}  // namespace tunstack::lab
