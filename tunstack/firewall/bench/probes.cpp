#include "tunstack/firewall/bench/probes.hpp"

#include <arpa/inet.h>
#include <endian.h>
#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netfilter/xt_limit.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstring>

#include "tunstack/fault.hpp"
#include "tunstack/firewall/bench/ends.hpp"

namespace tunstack::firewall {

namespace {

constexpr std::uint16_t log_group = 7357;
constexpr std::uint32_t logged_octets = 64;

// Before and behind whatever a ruleset has; the kernel's own hooks at the very ends stay outside.
constexpr std::int32_t first = INT_MIN + 10;
constexpr std::int32_t last = 2'000'000'000;

struct ProbeChain {
  const char* name;  // also what its lines of the log begin with
  Point point;
  std::uint32_t hook;
  std::int32_t priority;
};

constexpr std::array<ProbeChain, 7> inet_chains{{
    {"prerouting", Point::prerouting, NF_INET_PRE_ROUTING, first},
    {"input_first", Point::input_first, NF_INET_LOCAL_IN, first},
    {"input_last", Point::input_last, NF_INET_LOCAL_IN, last},
    {"forward_first", Point::forward_first, NF_INET_FORWARD, first},
    {"forward_last", Point::forward_last, NF_INET_FORWARD, last},
    {"output_first", Point::output_first, NF_INET_LOCAL_OUT, first},
    {"output_last", Point::output_last, NF_INET_LOCAL_OUT, last},
}};
constexpr ProbeChain ingress_chain{"ingress", Point::ingress, NF_NETDEV_INGRESS, first};

std::optional<Point> point_of(std::string_view name) {
  if (name == ingress_chain.name) return ingress_chain.point;
  const auto* const found = std::ranges::find(inet_chains, name, &ProbeChain::name);
  return found == inet_chains.end() ? std::nullopt : std::optional(found->point);
}

void put_table(NfnetlinkMessages& batch, std::uint8_t family) {
  batch.begin(NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWTABLE, NLM_F_CREATE, family);
  batch.put(NFTA_TABLE_NAME, probe_table);
}

void put_chain(NfnetlinkMessages& batch, std::uint8_t family, const ProbeChain& chain, const std::string& name,
               const std::string& device = {}) {
  batch.begin(NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWCHAIN, NLM_F_CREATE, family);
  batch.put(NFTA_CHAIN_TABLE, probe_table);
  batch.put(NFTA_CHAIN_NAME, name);
  batch.put(NFTA_CHAIN_TYPE, "filter");
  batch.nest(NFTA_CHAIN_HOOK, [&] {
    batch.put_be32(NFTA_HOOK_HOOKNUM, chain.hook);
    batch.put_be32(NFTA_HOOK_PRIORITY, static_cast<std::uint32_t>(chain.priority));
    if (!device.empty()) batch.put(NFTA_HOOK_DEV, device);
  });
}

void put_expression(NfnetlinkMessages& batch, const std::string& name, const std::function<void()>& data) {
  batch.nest(NFTA_LIST_ELEM, [&] {
    batch.put(NFTA_EXPR_NAME, name);
    batch.nest(NFTA_EXPR_DATA, data);
  });
}

/// meta nftrace set 1
void put_trace(NfnetlinkMessages& batch) {
  put_expression(batch, "immediate", [&] {
    batch.put_be32(NFTA_IMMEDIATE_DREG, NFT_REG32_00);
    batch.nest(NFTA_IMMEDIATE_DATA, [&] {
      const std::uint32_t on = 1;
      batch.put_octets(NFTA_DATA_VALUE, &on, 1);
    });
  });
  put_expression(batch, "meta", [&] {
    batch.put_be32(NFTA_META_KEY, NFT_META_NFTRACE);
    batch.put_be32(NFTA_META_SREG, NFT_REG32_00);
  });
}

void put_rule(NfnetlinkMessages& batch, std::uint8_t family, const ProbeChain& chain, const std::string& name) {
  batch.begin(NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, family);
  batch.put(NFTA_RULE_TABLE, probe_table);
  batch.put(NFTA_RULE_CHAIN, name);
  batch.nest(NFTA_RULE_EXPRESSIONS, [&] {
    put_trace(batch);
    put_expression(batch, "log", [&] {
      batch.put(NFTA_LOG_PREFIX, chain.name);
      batch.put_be16(NFTA_LOG_GROUP, log_group);
      batch.put_be32(NFTA_LOG_SNAPLEN, logged_octets);
      batch.put_be16(NFTA_LOG_QTHRESHOLD, 1);
    });
  });
}

void configure_log(NfnetlinkSocket& socket) {
  NfnetlinkMessages messages;
  messages.begin(NFNL_SUBSYS_ULOG, NFULNL_MSG_CONFIG, 0, AF_UNSPEC, log_group);
  nfulnl_msg_config_cmd bind{NFULNL_CFG_CMD_BIND};
  messages.put_octets(NFULA_CFG_CMD, &bind, sizeof bind);
  if (const int error = socket.ask(messages.last()); error != 0)
    throw SystemError(fmt::format("cannot hear the kernel's packet log: {}", std::strerror(error)),
                      "this kernel has no NFLOG (nfnetlink_log)", "as root: modprobe nfnetlink_log");
  messages.begin(NFNL_SUBSYS_ULOG, NFULNL_MSG_CONFIG, 0, AF_UNSPEC, log_group);
  nfulnl_msg_config_mode mode{htonl(logged_octets), NFULNL_COPY_PACKET, 0};
  messages.put_octets(NFULA_CFG_MODE, &mode, sizeof mode);
  messages.put_be32(NFULA_CFG_QTHRESH, 1);
  socket.ask(messages.last());
}

/// The attributes of a message, by their numbers.
template <std::size_t Count>
struct Attributes {
  std::array<const nlattr*, Count> found{};

  const nlattr* operator[](std::size_t number) const { return found[number]; }
  std::string text(std::size_t number) const { return found[number] ? mnl_attr_get_str(found[number]) : ""; }
  std::uint32_t be32(std::size_t number) const { return found[number] ? ntohl(mnl_attr_get_u32(found[number])) : 0; }
  std::uint64_t be64(std::size_t number) const { return found[number] ? be64toh(mnl_attr_get_u64(found[number])) : 0; }
};

template <std::size_t Count>
int keep(const nlattr* attribute, void* attributes) {
  const std::uint16_t type = mnl_attr_get_type(attribute);
  if (type < Count) static_cast<Attributes<Count>*>(attributes)->found[type] = attribute;
  return MNL_CB_OK;
}

template <std::size_t Count>
Attributes<Count> attributes_of(const nlmsghdr& message) {
  Attributes<Count> attributes;
  mnl_attr_parse(&message, sizeof(nfgenmsg), keep<Count>, &attributes);
  return attributes;
}

template <std::size_t Count>
Attributes<Count> attributes_within(const nlattr* nested) {
  Attributes<Count> attributes;
  if (nested != nullptr) mnl_attr_parse_nested(nested, keep<Count>, &attributes);
  return attributes;
}

std::string family_name(std::uint32_t family) {
  switch (family) {
    case NFPROTO_INET:
      return "inet";
    case NFPROTO_IPV4:
      return "ip";
    case NFPROTO_IPV6:
      return "ip6";
    case NFPROTO_NETDEV:
      return "netdev";
    case NFPROTO_BRIDGE:
      return "bridge";
    case NFPROTO_ARP:
      return "arp";
    default:
      return fmt::format("family {}", family);
  }
}

std::uint8_t family_of(const nlmsghdr& message) {
  return static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(&message))->nfgen_family;
}

std::string verdict_text(std::int32_t code, const std::string& chain) {
  switch (code) {
    case NF_DROP:
      return "drop";
    case NF_ACCEPT:
      return "accept";
    case NF_STOLEN:
      return "stolen";
    case NF_QUEUE:
      return "queue";
    case NFT_CONTINUE:
      return "continue";
    case NFT_RETURN:
      return "return";
    case NFT_JUMP:
      return "jump " + chain;
    case NFT_GOTO:
      return "goto " + chain;
    default:
      return (code & NF_VERDICT_MASK) == NF_QUEUE ? "queue" : "drop";
  }
}

/// Whether a packet, of which at least the addresses are here, comes from whoever sent what was injected. What the
/// machine sends to a broadcast address comes back to it as well.
bool is_injected(Bytes header, const Observation& observation) {
  const bool v6 = !header.empty() && header[0] >> 4 == 6;
  const std::size_t at = v6 ? 8 : 12, size = v6 ? 16 : 4;
  if (observation.injections.empty() || header.size() < at + size) return true;
  return std::ranges::any_of(observation.injections, [&](const Injection& injection) {
    const Bytes octets(injection.octets);
    return octets.size() < at + size || std::ranges::equal(octets.subspan(at, size), header.subspan(at, size));
  });
}

unsigned loopback_index() {
  static const unsigned index = if_nametoindex("lo");
  return index;
}

Bytes octets_of(const nlattr* attribute) {
  if (attribute == nullptr) return {};
  return {static_cast<const std::uint8_t*>(mnl_attr_get_payload(attribute)), mnl_attr_get_payload_len(attribute)};
}

std::uint32_t burst_of_iptables(const nlattr* info) {
  xt_rateinfo limit{};
  if (info != nullptr)
    std::memcpy(&limit, mnl_attr_get_payload(info),
                std::min<std::size_t>(mnl_attr_get_payload_len(info), offsetof(xt_rateinfo, prev)));
  return limit.burst;
}

std::uint32_t burst_of(const nlattr* data) {
  const auto limit = attributes_within<NFTA_LIMIT_MAX + 1>(data);
  return limit.be32(NFTA_LIMIT_TYPE) == NFT_LIMIT_PKTS ? limit.be32(NFTA_LIMIT_BURST) : 0;
}

/// Of an expression of a rule: see KernelRule::alike.
std::optional<std::uint32_t> alike_of(const nlattr* element) {
  constexpr std::array<std::string_view, 5> others{"quota", "dynset", "objref", "hashlimit", "recent"};
  const auto expression = attributes_within<NFTA_EXPR_MAX + 1>(element);
  const nlattr* const data = expression[NFTA_EXPR_DATA];
  std::string name = expression.text(NFTA_EXPR_NAME);
  if (name == "limit") return burst_of(data);
  if (name == "match") {  // of iptables
    const auto match = attributes_within<NFTA_MATCH_MAX + 1>(data);
    name = match.text(NFTA_MATCH_NAME);
    if (name == "limit") return burst_of_iptables(match[NFTA_MATCH_INFO]);
  }
  return std::ranges::find(others, name) != others.end() ? std::optional(0U) : std::nullopt;
}

int keep_least(const nlattr* element, void* least) {
  auto& kept = *static_cast<std::optional<std::uint32_t>*>(least);
  if (const auto alike = alike_of(element)) kept = std::min(kept.value_or(*alike), *alike);
  return MNL_CB_OK;
}

std::optional<std::uint32_t> least_alike(const nlattr* expressions) {
  std::optional<std::uint32_t> least;
  if (expressions != nullptr) mnl_attr_parse_nested(expressions, keep_least, &least);
  return least;
}

std::string hook_name(const std::string& family, std::uint32_t number) {
  static constexpr std::array<const char*, 5> inet{"prerouting", "input", "forward", "output", "postrouting"};
  if (family == "netdev") return number == 0 ? "ingress" : "egress";
  return number < inet.size() ? inet[number] : "ingress";
}

}  // namespace

void put_probes(NfnetlinkSocket& socket, const std::vector<std::string>& devices) {
  const int error = NfnetlinkMessages::commit(socket, [&](NfnetlinkMessages& batch) {
    put_table(batch, NFPROTO_INET);
    for (const ProbeChain& chain : inet_chains) {
      put_chain(batch, NFPROTO_INET, chain, chain.name);
      put_rule(batch, NFPROTO_INET, chain, chain.name);
    }
    put_table(batch, NFPROTO_NETDEV);
    for (std::size_t i = 0; i < devices.size(); ++i) {
      const std::string name = fmt::format("ingress{}", i);
      put_chain(batch, NFPROTO_NETDEV, ingress_chain, name, devices[i]);
      put_rule(batch, NFPROTO_NETDEV, ingress_chain, name);
    }
  });
  if (error != 0)
    throw SystemError(fmt::format("cannot watch the kernel's rules: {}", std::strerror(error)),
                      "this kernel lacks nf_tables, its log or its trace", "as root: modprobe nf_tables nfnetlink_log");
}

void put_connection_tracking(NfnetlinkSocket& socket) {
  constexpr ProbeChain tracking{"tracking", Point::prerouting, NF_INET_PRE_ROUTING, 0};
  const int error = NfnetlinkMessages::commit(socket, [&](NfnetlinkMessages& batch) {
    put_table(batch, NFPROTO_INET);
    put_chain(batch, NFPROTO_INET, tracking, tracking.name);
    batch.begin(NFNL_SUBSYS_NFTABLES, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, NFPROTO_INET);
    batch.put(NFTA_RULE_TABLE, probe_table);
    batch.put(NFTA_RULE_CHAIN, tracking.name);
    batch.nest(NFTA_RULE_EXPRESSIONS, [&] {
      put_expression(batch, "ct", [&] {
        batch.put_be32(NFTA_CT_DREG, NFT_REG32_00);
        batch.put_be32(NFTA_CT_KEY, NFT_CT_STATE);
      });
    });
  });
  if (error != 0)
    throw SystemError(fmt::format("cannot have the kernel track connections: {}", std::strerror(error)),
                      "this kernel lacks connection tracking", "as root: modprobe nf_conntrack nft_ct");
}

void clear_rules(NfnetlinkSocket& socket) {
  NfnetlinkMessages::commit(socket, [&](NfnetlinkMessages& batch) {
    batch.begin(NFNL_SUBSYS_NFTABLES, NFT_MSG_DELTABLE, 0, NFPROTO_UNSPEC);
  });
}

ProbeReader::ProbeReader() {
  configure_log(log_);
  trace_.join(NFNLGRP_NFTRACE);
}

void ProbeReader::forget(const std::vector<IpAddress>& peers) {
  peers_ = peers;
  log_.take([](const nlmsghdr&) {});
  trace_.take([](const nlmsghdr&) {});
  traced_.clear();
}

void ProbeReader::take(Observation& observation) {
  log_.take([&](const nlmsghdr& message) { take_log(message, observation); });
  trace_.take([&](const nlmsghdr& message) { take_trace(message, observation); });
}

bool ProbeReader::is_to_peer(Bytes header) const {
  return peers_.empty() || std::ranges::find(peers_, destination_of(header)) != peers_.end();
}

void ProbeReader::take_log(const nlmsghdr& message, Observation& observation) const {
  if (message.nlmsg_type != (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET)) return;
  const auto attributes = attributes_of<NFULA_MAX + 1>(message);
  if (attributes.be32(NFULA_IFINDEX_INDEV) == loopback_index() ||
      attributes.be32(NFULA_IFINDEX_OUTDEV) == loopback_index())
    return;
  const auto point = point_of(attributes.text(NFULA_PREFIX));
  if (!point) return;
  const Bytes packet = octets_of(attributes[NFULA_PAYLOAD]);
  const bool is_coming = *point < Point::output_first;
  if (is_coming ? is_injected(packet, observation) : is_to_peer(packet))
    ++observation.seen[static_cast<std::size_t>(*point)];
}

/// By the first step that is seen of it, wherever: what the kernel puts together of fragments begins behind our first
/// chains. The first step in each chain has a header, but for later fragments of IPv6.
ProbeReader::Traced& ProbeReader::traced(std::uint32_t id, const TraceStep& step, Bytes header,
                                         const Observation& observation) {
  const auto known = std::ranges::find(traced_, id, &Traced::id);
  if (known != traced_.end()) return *known;
  const bool comes_in =
      step.table == probe_table && (step.chain == "prerouting" || step.chain.starts_with(ingress_chain.name));
  const bool is_of_case = header.empty() ? comes_in : is_injected(header, observation);
  return traced_.emplace_back(id, is_of_case ? Way::in : Way::untold);
}

void ProbeReader::take_trace(const nlmsghdr& message, Observation& observation) {
  if (message.nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE)) return;
  const auto attributes = attributes_of<NFTA_TRACE_MAX + 1>(message);
  const Bytes header = octets_of(attributes[NFTA_TRACE_NETWORK_HEADER]);
  TraceStep step;
  step.table = attributes.text(NFTA_TRACE_TABLE);
  step.chain = attributes.text(NFTA_TRACE_CHAIN);
  Traced& packet = traced(attributes.be32(NFTA_TRACE_ID), step, header, observation);
  step.packet = static_cast<std::size_t>(&packet - traced_.data());
  if (step.table == probe_table) {
    const bool is_looped = attributes.be32(NFTA_TRACE_IIF) == loopback_index();
    if (step.chain == "output_first" && !header.empty()) packet.way = is_to_peer(header) ? Way::out : Way::untold;
    if (step.chain == "prerouting" && is_looped) packet.way = Way::untold;
    return;
  }
  if (packet.way == Way::untold) return;
  step.of_answer = packet.way == Way::out;
  step.family = family_name(family_of(message));
  step.handle = attributes.be64(NFTA_TRACE_RULE_HANDLE);
  const auto verdict = attributes_within<NFTA_VERDICT_MAX + 1>(attributes[NFTA_TRACE_VERDICT]);
  const bool is_policy = attributes.be32(NFTA_TRACE_TYPE) == NFT_TRACETYPE_POLICY;
  step.verdict = is_policy ? verdict_text(static_cast<std::int32_t>(attributes.be32(NFTA_TRACE_POLICY)), "")
                           : verdict_text(static_cast<std::int32_t>(verdict.be32(NFTA_VERDICT_CODE)),
                                          verdict.text(NFTA_VERDICT_CHAIN));
  observation.trace.push_back(std::move(step));
}

std::vector<KernelRule> kernel_rules(NfnetlinkSocket& socket) {
  NfnetlinkMessages messages;
  messages.begin(NFNL_SUBSYS_NFTABLES, NFT_MSG_GETRULE, NLM_F_DUMP, NFPROTO_UNSPEC);
  std::vector<KernelRule> rules;
  socket.ask(messages.last(), [&](const nlmsghdr& message) {
    const auto attributes = attributes_of<NFTA_RULE_MAX + 1>(message);
    if (attributes.text(NFTA_RULE_TABLE) == probe_table) return;
    rules.push_back({family_name(family_of(message)), attributes.text(NFTA_RULE_TABLE),
                     attributes.text(NFTA_RULE_CHAIN), attributes.be64(NFTA_RULE_HANDLE),
                     least_alike(attributes[NFTA_RULE_EXPRESSIONS])});
  });
  return rules;
}

std::vector<KernelChain> kernel_chains(NfnetlinkSocket& socket) {
  NfnetlinkMessages messages;
  messages.begin(NFNL_SUBSYS_NFTABLES, NFT_MSG_GETCHAIN, NLM_F_DUMP, NFPROTO_UNSPEC);
  std::vector<KernelChain> chains;
  socket.ask(messages.last(), [&](const nlmsghdr& message) {
    const auto attributes = attributes_of<NFTA_CHAIN_MAX + 1>(message);
    if (attributes.text(NFTA_CHAIN_TABLE) == probe_table) return;
    KernelChain chain{family_name(family_of(message)),  attributes.text(NFTA_CHAIN_TABLE),
                      attributes.text(NFTA_CHAIN_NAME), {},
                      attributes.text(NFTA_CHAIN_TYPE), 0};
    if (attributes[NFTA_CHAIN_HOOK] != nullptr) {
      const auto hook = attributes_within<NFTA_HOOK_MAX + 1>(attributes[NFTA_CHAIN_HOOK]);
      chain.hook = hook_name(chain.family, hook.be32(NFTA_HOOK_HOOKNUM));
      chain.priority = static_cast<std::int32_t>(hook.be32(NFTA_HOOK_PRIORITY));
    }
    chains.push_back(std::move(chain));
  });
  return chains;
}

bool flush_connections(NfnetlinkSocket& socket) {
  NfnetlinkMessages messages;
  messages.begin(NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE, 0, AF_UNSPEC);
  return socket.ask(messages.last()) == 0;
}

}  // namespace tunstack::firewall
