// Of every reason for which a test of this program has a packet refused it is asked why: the answer ends in that reason
// and names another answer, which is given when it is tried. When all tests run in one process, that is every reason of
// the table which can refuse a packet at all: every_reason.cpp.
#include <algorithm>
#include <map>

#include "tests/support/host.hpp"
#include "tunstack/explain/explain.hpp"
#include "tunstack/why/arriving_frame.hpp"
#include "tunstack/why/other_answers.hpp"
#include "tunstack/why/question.hpp"

namespace tunstack::test::every_drop {
namespace {

using why::Outcome;

/// Reasons that leave nothing to try.
struct Exception {
  Reason reason;
  std::string_view cause;
};
constexpr Exception exceptions[] = {
    {Reason::empty_read, "there is nothing to change"},
    {Reason::link_is_down, "whatever arrives"},
    {Reason::icmp_no_source_address, "the interface has no address, whatever is asked there"},
    {Reason::outbox_full, "the room for what is sent is that of who sends it: who asks has enough"},
};
static_assert(std::size(exceptions) <= 4);

/// Neither filtered nor one of several shards.
bool all_tests_run() {
  const testing::UnitTest& program = *testing::UnitTest::GetInstance();
  return program.test_to_run_count() + program.disabled_test_count() == program.total_test_count();
}

bool is_exception(Reason reason) {
  return std::ranges::any_of(exceptions, [&](const Exception& one) { return one.reason == reason; });
}

/// A node as it is: copies of it are asked. On Ethernet it knows who sends, or does not.
class NodeOracle final : public why::Oracle {
 public:
  NodeOracle(const Node& node, const Received& received, bool knows_neighbors)
      : node_(node),
        received_(received),
        knows_neighbors_(knows_neighbors),
        config_{.interfaces = {node.state().interface(received.interface).config}, .options = {}, .seed = 0} {
    node_.observe(nullptr);
    node.state().addresses.for_each_address([&](InterfaceId interface, const IpPrefix& prefix, ip::AddressUse) {
      auto& known = config_.interfaces[0].addresses;
      if (interface == received.interface && std::ranges::find(known, prefix) == known.end()) known.push_back(prefix);
    });
  }
  const NodeConfig& node() const override { return config_; }
  std::optional<Outcome> ask(Bytes packet, const std::string& setting) override {
    auto asked = with(setting, packet);
    if (!asked) return std::nullopt;
    return why::ask(asked->network, arriving(packet, asked->now));
  }
  /// How often a packet makes a copy count a reason.
  std::uint64_t counted(Bytes packet, Reason reason, const std::string& setting = {}) const {
    auto asked = with(setting, packet);
    if (!asked) return 0;
    Outbox out;
    asked->network.tick(asked->now, out);
    const std::uint64_t before = asked->network.counters().count(reason);
    asked->network.receive(arriving(packet, asked->now), out);
    return asked->network.counters().count(reason) - before;
  }

 private:
  struct Copy {
    Network network;
    Instant now;
  };
  std::optional<Copy> with(const std::string& setting, Bytes packet) const {
    Node changed = node_;
    Outbox out;
    NodeOptions options = node_.state().options;
    if (!setting.empty() && (set_option(options, setting) || changed.change(options, received_.now, out) != nullptr))
      return std::nullopt;
    Copy copy{Network(changed), received_.now};
    if (!setting.empty()) copy.now = why::settled(copy.network, copy.now);
    if (const auto before = knows_neighbors_ ? why::introduction(config_, packet) : std::nullopt)
      copy.network.receive(arriving(*before, copy.now), out);
    return copy;
  }
  Received arriving(Bytes packet, Instant now) const {
    return {received_.interface, packet, now, received_.link_layer_group};
  }

  Node node_;
  Received received_;
  bool knows_neighbors_;
  NodeConfig config_;
};

bool is_refusal(const Outcome& outcome) { return outcome.verdict == "drop" || outcome.verdict == "error"; }

/// What a node refused right when it arrived, and what it had proposed before that was withheld. Passes on what it
/// hears.
class Refusals final : public NodeListener {
 public:
  using Proposed = std::map<Reason, Reason>;  // by the reason that decided
  Refusals(Proposed& all, std::unique_ptr<NodeListener> next) : all_(all), next_(std::move(next)) {}

  void decided(const Decision& decision) override {
    if (next_) next_->decided(decision);
    const std::string_view verdict = verdict_name(decision);
    if (decision.arrived && (verdict == "drop" || verdict == "error"))
      all_.emplace(deciding_reason(decision), tunstack::reason_of(decision.verdict));
  }
  void originated(const Origination& origination) override {
    if (next_) next_->originated(origination);
  }
  void noted(const Note& note) override {
    if (next_) next_->noted(note);
  }
  void ended(const Node& node) override {
    if (next_) next_->ended(node);
  }

 private:
  Proposed& all_;
  std::unique_ptr<NodeListener> next_;
};

class EveryDrop final : public testing::Environment {
 public:
  void SetUp() override {
    if (!all_tests_run()) return;
    before_every_packet([this](const Node& node, const Received& received) { look(node, received); });
    before_ = listen_to_every_node({});
    listen_to_every_node([this] { return std::make_unique<Refusals>(refused_, before_ ? before_() : nullptr); });
  }
  void TearDown() override {
    if (!all_tests_run()) return;
    before_every_packet({});
    listen_to_every_node(before_);
    std::vector<std::string> without;
    for (const auto& [reason, proposed] : refused_)
      if (found_[reason].empty() && !is_exception(reason))
        without.push_back(std::string(info(reason).name) + ", asked about " +
                          std::to_string(questions_[{reason, false}] + questions_[{reason, true}]));
    EXPECT_GT(refused_.size(), 150U);
    EXPECT_THAT(without, testing::IsEmpty()) << "nothing brings another answer, or nobody asked why";
    for (const Exception& one : exceptions) {
      EXPECT_TRUE(refused_.contains(one.reason)) << info(one.reason).name << " refuses nothing";
      EXPECT_EQ(found_[one.reason], "") << info(one.reason).name << " is no exception any more";
    }
  }

 private:
  static constexpr int first_packets = 3000;   // of whatever is proposed
  static constexpr int most_packets = 20'000;  // as long as that is withheld for a reason without another answer
  static constexpr int most_questions = 8;     // about one reason, with frames or without
  using Question = std::pair<Reason, bool>;

  bool is_open(Question question) const {
    const auto found = found_.find(question.first);
    const auto asked = questions_.find(question);
    return (found == found_.end() || found->second.empty()) &&
           (asked == questions_.end() || asked->second < most_questions);
  }
  /// A copy of a node takes longer than a packet.
  bool is_wanted(const Verdict& verdict, bool has_frames) {
    const Reason proposed = tunstack::reason_of(verdict);
    const bool is_open_itself = is_open({proposed, has_frames});
    if (std::holds_alternative<Drop>(verdict) || (std::holds_alternative<Error>(verdict) && is_open_itself))
      return is_open_itself;
    if (++packets_[proposed] <= first_packets) return true;
    const bool is_withheld = std::ranges::any_of(refused_, [&](const auto& one) {
      return one.second == proposed && !is_exception(one.first) && is_open({one.first, has_frames});
    });
    return is_withheld && ++searches_[proposed] <= most_packets;
  }
  void look(const Node& node, const Received& received) {
    const bool has_frames = node.state().interface(received.interface).has_frames();
    if (!is_wanted(node.decide(received), has_frames)) return;
    NodeOracle oracle(node, received, false);
    const auto outcome = oracle.ask(received.bytes, {});
    if (!outcome || !is_refusal(*outcome) || !is_open({outcome->reason, has_frames})) return;
    ++questions_[{outcome->reason, has_frames}];
    EXPECT_EQ(oracle.counted(received.bytes, outcome->reason), 1U) << info(outcome->reason).name;
    std::string& found = found_[outcome->reason];
    found = another_answer(oracle, received, *outcome);
    if (!found.empty() || !has_frames) return;
    NodeOracle knowing(node, received, true);
    found = another_answer(knowing, received, *outcome);
  }
  /// That a node does give; "" if there is none.
  static std::string another_answer(NodeOracle& oracle, const Received& received, const Outcome& now) {
    auto others = why::other_answers_to_changes(oracle, received.bytes, now);
    if (others.found.empty()) others = why::other_answers(oracle, received.bytes, now);
    if (others.found.empty()) return "";
    const why::OtherAnswer& other = others.found.front();
    const std::string setting = other.change.starts_with("--set ") ? other.change.substr(6) : "";
    EXPECT_EQ(oracle.counted(other.packet, other.outcome.reason, setting), 1U) << other.change;
    return other.change;
  }

  MakeListener before_;
  Refusals::Proposed refused_;
  std::map<Reason, int> packets_, searches_;
  std::map<Question, int> questions_;
  std::map<Reason, std::string> found_;  // another answer
};

const testing::Environment* const installed = testing::AddGlobalTestEnvironment(new EveryDrop);

/// Elsewhere they refuse a packet but once, or of a node that another loop feeds: after that it is known that they do,
/// and who refuses for them is asked.
TEST(EveryDrop, reasons_that_are_rare) {
  for (int twice = 0; twice < 2; ++twice) {
    Host host;
    host.send(ipv4({.protocol = 17, .flags_and_offset = 0x2000}, counting(16)));
    host.send(ipv4({.protocol = 17, .tos = 3, .flags_and_offset = 2}, counting(8)));
    EXPECT_EQ(host.count(Reason::fragment_ecn_mixed), 1U);
    EXPECT_SILENT(host, ipv4({.options = hex("07 02 00 00")}, icmpv4(200, 0, 0)),
                  Reason::icmp4_about_icmp_of_unknown_type);

    Host learning({"icmp4.mask_learn=on"});
    const auto requests = learning.run_for(std::chrono::seconds(1));
    ASSERT_EQ(requests.size(), 1U);
    const Packet reply = icmpv4(18, 0, be32(requests[0].octets, 24), hex("ffffffff"));
    EXPECT_SILENT(learning, ipv4({.destination = "255.255.255.255"}, reply), Reason::icmp4_mask_not_acceptable);

    NodeConfig config = host_config();
    std::erase_if(config.interfaces[0].addresses, [](const IpPrefix& prefix) { return prefix.address.is_ipv4(); });
    config.options.echo4.to_groups = true;
    Host without_address(config);
    without_address.send(echo4({.destination = "255.255.255.255"}));
    EXPECT_EQ(without_address.count(Reason::icmp_no_source_address), 1U);
  }
}

}  // namespace
}  // namespace tunstack::test::every_drop
