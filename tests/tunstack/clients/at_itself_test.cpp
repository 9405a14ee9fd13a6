// A client whose target is the node that it runs at: what it sends never leaves, and it hears the answer.
#include "tests/support/host.hpp"
#include "tests/tunstack/clients/at_door.hpp"

namespace tunstack::test::at_itself_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// Hears what its node decides upon, as a program does.
class AtItself : private Observer {
 public:
  explicit AtItself(const NodeConfig& config = host_config()) : node_(config) { node_.observe(this); }

  std::string run(const std::string& words) {
    const ClientPlace place{.ipv4 = *parse_address("192.0.2.2"), .ipv6 = *parse_address("2001:db8::2"), .start = now_};
    const auto client = clients::make_client(split(words), place);
    std::string text;
    while (!client->is_finished()) {
      now_ = std::max(now_, client->next_deadline());
      clients::ToSend to_send;
      client->tick(now_, to_send);
      pass(*client, to_send);
      text += client->take_text();
    }
    EXPECT_EQ(node_.counters().packets_out, 0U);
    return text;
  }

 private:
  void pass(Client& client, clients::ToSend& to_send) {
    while (!to_send.empty() || !heard_.empty()) {
      for (const Packet& packet : std::exchange(to_send, {})) {
        EXPECT_FALSE(node_.send_of_program(packet, now_, out_));
        EXPECT_TRUE(out_.packets().empty()) << words_of(packet);
        out_.clear();
      }
      for (const Packet& packet : std::exchange(heard_, {})) client.receive(packet, now_, to_send);
    }
  }
  static std::string words_of(const Packet& packet) { return testing::PrintToString(packet); }
  void decided(const Decision& decision) override {
    if (!std::holds_alternative<Hold>(decision.verdict))
      heard_.emplace_back(decision.packet.begin(), decision.packet.end());
  }

  Node node_;
  Instant now_{};
  Outbox out_;
  std::vector<Packet> heard_;
};

TEST(AtItself, PING_004_ping_has_answers) {
  for (const char* target : {"0", "localhost", "192.0.2.2", "127.0.0.1", "-6 localhost", "::", "::1"}) {
    const std::string text = AtItself().run(std::string("ping -c 2 ") + target);
    EXPECT_THAT(text, AllOf(HasSubstr("icmp_seq=1 ttl=64 time=0.000 ms\n"), HasSubstr("2 received, 0% packet loss")))
        << target;
    EXPECT_THAT(text, testing::Not(testing::AnyOf(HasSubstr("From "), HasSubstr("DUP"), HasSubstr("(different"))))
        << target;
  }
}

TEST(AtItself, PING_004_whatever_it_asks) {
  NodeConfig config = host_config();
  EXPECT_FALSE(set_option(config.options, "probe.enable=on"));
  for (const char* words :
       {"-s 100 localhost", "-s 10000 0", "-s 65507 0", "-s 10000 -6 localhost", "--tstamp 0", "-R 0", "-T tsonly 0",
        "--probe-index 1 0", "-M do -s 1472 0", "-t 1 0", "-t 1 -6 localhost"})
    EXPECT_THAT(AtItself(config).run(std::string("ping -c 2 -W 1 ") + words), HasSubstr("2 received, 0% packet loss"))
        << words;
}

TEST(AtItself, a_flood_goes_on) {
  EXPECT_THAT(AtItself().run("ping -f -c 500 0"), HasSubstr("500 packets transmitted, 500 received"));
}

TEST(AtItself, TRACE_003_the_way_to_itself_is_one_hop) {
  for (const char* method : {"", "-I ", "-T ", "-U ", "--dublin ", "--no-paris ", "-P 253 ", "-N 1 "})
    EXPECT_THAT(AtItself().run(std::string("traceroute -n ") + method + "192.0.2.2"),
                "traceroute to 192.0.2.2 (192.0.2.2), 30 hops max, 60 byte packets\n"
                " 1  192.0.2.2  0.000 ms  0.000 ms  0.000 ms\n")
        << method;
  for (const char* method : {"", "-I ", "-T ", "-U "})
    EXPECT_THAT(AtItself().run(std::string("traceroute -n ") + method + "2001:db8::2"),
                "traceroute to 2001:db8::2 (2001:db8::2), 30 hops max, 80 byte packets\n"
                " 1  2001:db8::2  0.000 ms  0.000 ms  0.000 ms\n")
        << method;
}

}  // namespace
}  // namespace tunstack::test::at_itself_test
