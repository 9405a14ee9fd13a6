// A client where a node is: what it sends leaves as that of the node, and it hears what arrives there.
#include "tests/support/host.hpp"
#include "tests/tunstack/clients/at_door.hpp"

namespace tunstack::test::at_node_test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class AtNode : private TrafficWatcher {
 public:
  AtNode(const NetworkPlan& plan, std::string_view node)
      : network_(plan), node_(network_.find_node(node).value()), now_(plan.start) {
    network_.watch_traffic(this);
  }

  std::string run(const std::string& words) {
    const ClientPlace place{.ipv4 = *parse_address(server4), .ipv6 = *parse_address(server6), .start = now_};
    const auto client = clients::make_client(split(words), place);
    std::string text;
    while (!client->is_finished()) {
      now_ = std::max(now_, std::min(client->next_deadline(), network_.next_deadline()));
      network_.tick(now_, out_);
      out_.clear();
      clients::ToSend to_send;
      if (client->next_deadline() <= now_) client->tick(now_, to_send);
      pass(*client, to_send);
      text += client->take_text();
    }
    return text;
  }

 private:
  void pass(Client& client, clients::ToSend& to_send) {
    while (!to_send.empty() || !arrived_.empty()) {
      for (const Packet& packet : std::exchange(to_send, {}))
        network_.act(node_, now_, out_, [&](Node& node, Instant now, Outbox& out) {
          EXPECT_FALSE(node.send_packet(InterfaceId{0}, packet, now, out));
        });
      out_.clear();
      for (const Packet& packet : std::exchange(arrived_, {})) client.receive(packet, now_, to_send);
    }
  }
  void arrives(NodeId node, const Received& received) override {
    if (node == node_) arrived_.emplace_back(received.bytes.begin(), received.bytes.end());
  }

  Network network_;
  NodeId node_;
  Instant now_;
  Outbox out_;
  std::vector<Packet> arrived_;
};

TEST(AtNode, PING_001_a_node_of_a_network_can_ping) {
  AtNode server(chain_at_door(3, 1300), chain_server);
  EXPECT_THAT(server.run("ping -c 2 192.0.2.2"), HasSubstr("64 bytes from 192.0.2.2: icmp_seq=2 ttl=62 time="));
  EXPECT_THAT(server.run("ping -c 1 2001:db8::2"), HasSubstr("64 bytes from 2001:db8::2: icmp_seq=1 ttl=62 time="));
}

TEST(AtNode, TRACE_003_and_trace_the_way_from_where_it_is) {
  for (const char* method : {"", "-I ", "-T ", "-U "}) {
    AtNode server(chain_at_door(3), chain_server);
    EXPECT_THAT(server.run(std::string("traceroute -n -q 1 ") + method + "192.0.2.2"),
                StartsWith("traceroute to 192.0.2.2 (192.0.2.2), 30 hops max, 60 byte packets\n"
                           " 1  203.0.113.2  0.000 ms\n 2  198.51.100.4  0.000 ms\n 3  192.0.2.2  0.000 ms\n"))
        << method;
  }
}

}  // namespace
}  // namespace tunstack::test::at_node_test
