// Any bytes on the device: no crash, no hang, and nothing leaves that a host may not send, nor more than came.
// Input: one byte of choices, then one packet.
#include "tests/fuzz/amplification.hpp"
#include "tests/fuzz/told.hpp"
#include "tunstack/options/options.hpp"

namespace {

using namespace tunstack;
using namespace tunstack::fuzz;

// Bits of the first byte.
constexpr unsigned mends_checksums = 1;  // so that what lies behind them is reached
constexpr unsigned in_group_frame = 2;
constexpr unsigned with_hardened_profile = 4;
constexpr unsigned with_odd_options = 8;
constexpr unsigned explained = 16;

NodeConfig config(unsigned choices) {
  NodeOptions options = options_of(choices & with_hardened_profile ? Profile::hardened : Profile::lab);
  if (choices & with_odd_options)
    for (const char* setting :
         {"icmp4.echo_broadcast=on", "ip4.zero_broadcast=on", "icmp4.quote=8", "tcp.closed=port",
          "icmp6.reflect_flowlabel=on", "icmp4.error_rate=0", "icmp.extensions=on", "probe.enable=on",
          "icmp4.info_reply=on", "udp.echo=on", "udp.discard=on", "ip4.frag.overlap=last", "icmp4.echo_df=on"})
      require(!set_option(options, setting));
  return host_with(options);
}

/// Making a node takes longer than a packet, so each configuration is made once.
Node& node_for(unsigned choices) {
  constexpr unsigned configured_by = with_hardened_profile | with_odd_options;
  static std::array<std::unique_ptr<Node>, configured_by + 1> nodes;
  auto& node = nodes[choices & configured_by];
  if (!node) node = std::make_unique<Node>(config(choices));
  return *node;
}

/// Explains every decision, as a user may ask for it.
class Reader final : public Observer {
 public:
  void decided(const Decision& decision) override {
    require(is_told(decision));
    octets_.on(decision);
  }
  void originated(const Origination& origination) override { octets_.on(origination); }

 private:
  AmplificationWatch octets_{Instant{}};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::vector<std::uint8_t> packet(data + 1, data + size);
  if (data[0] & mends_checksums) mend_checksums(packet);
  Node& node = node_for(data[0]);
  static Reader reader;
  node.observe(data[0] & explained ? &reader : nullptr);
  static Outbox out;
  out.clear();
  static Instant now;
  now += std::chrono::seconds(1);  // so that no rate limit hides what lies behind it
  node.receive(
      {.interface = InterfaceId{0}, .bytes = packet, .now = now, .link_layer_group = (data[0] & in_group_frame) != 0},
      out);
  check_sent(out);
  return 0;
}
