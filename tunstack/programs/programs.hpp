// Programs that run at the nodes of a network: clients, as ping and traceroute are. They hear what arrives at their
// node, and what they say leaves as that of the node. Fed with decisions, as an observer of the network, and with time,
// as an actor beside it; whoever started a program takes its text, and ends it.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "tunstack/clients/client.hpp"
#include "tunstack/network/network.hpp"
#include "tunstack/run/stage.hpp"

namespace tunstack {

/// The name of an address, for programs.
struct NamedAddress {
  std::string name;
  IpAddress address;
};

class Programs final : public Observer, public Actor {
 public:
  using Number = std::size_t;

  /// Of an address with several names the first one is printed. The network must outlive the programs.
  Programs(Network& network, std::vector<NamedAddress> names) : network_(network), names_(std::move(names)) {}
  Programs(const Programs&) = delete;
  Programs& operator=(const Programs&) = delete;
  ~Programs() override = default;

  /// "ping", "server", "-c", "3" at a node; it acts as soon as act() is called. Throws UsageFault for words that it
  /// does not take, or where the node cannot reach the target.
  Number start(NodeId node, const std::vector<std::string>& words, std::uint64_t seed, Instant now);
  /// As somebody's Ctrl-C.
  void interrupt(Number number, Instant now);
  /// Forgets it.
  void end(Number number) { running_.erase(number); }
  bool empty() const { return running_.empty(); }

  /// What it has printed since.
  std::string take_text(Number number);
  clients::Conversation conversation(Number number) const { return running_.at(number).client->conversation(); }
  bool is_finished(Number number) const { return running_.at(number).client->is_finished(); }
  clients::ClientResult result(Number number) const { return running_.at(number).client->result(); }
  /// Packets that programs have sent so far.
  std::size_t sent() const { return sent_; }

  /// Hears of each packet right before a program sends it from its node.
  void on_send(std::function<void(NodeId, Bytes, Instant)> hear) { hears_sending_ = std::move(hear); }
  /// Is called after programs have acted, when they may have printed something, or finished.
  void on_news(std::function<void()> hear) { hears_news_ = std::move(hear); }

  Instant next_deadline() const override;
  void act(Instant now, Outbox& out) override;
  void decided(const Decision& decision) override;

  // So many packets of all programs at once, and no more than there is room for, so that a flood leaves others their
  // share; the rest waits, and is due at once.
  static constexpr std::size_t most_at_once = 256;
  // What arrived and was not heard yet, as in the buffer of a socket: more is lost. Datagrams, and octets of them.
  static constexpr std::size_t most_waiting = 4096;
  static constexpr std::size_t most_octets_waiting = std::size_t{4} << 20U;

 private:
  struct Program {
    const Programs* all;
    NodeId node;
    Instant began;
    std::unique_ptr<clients::Client> client = {};
    clients::ToSend to_send = {};  // what it has said; the client is asked for more when that has left
    std::size_t next_to_send = 0;
  };
  struct Heard {
    NodeId node;
    std::vector<std::uint8_t> datagram;
  };

  clients::ClientPlace place_of(const Program& program, std::uint64_t seed) const;
  bool is_at(NodeId node) const;
  bool send(Program& program, Instant now, Outbox& out);
  bool step(Instant now, Outbox& out);

  static std::vector<IpAddress> addresses_of(const void* of, const std::string& name);
  static std::string name_of(const void* of, const IpAddress& address);
  static std::size_t mtu_to(const void* of, const IpAddress& target);
  static IpAddress source_to(const void* of, const IpAddress& target);
  static std::optional<IpAddress> source_on(const void* of, const std::string& link, const IpAddress& target);
  static bool takes_source(const void* of, const IpAddress& source, const IpAddress& target);

  Network& network_;
  std::vector<NamedAddress> names_;
  std::map<Number, Program> running_;  // whose places programs keep
  Number last_ = 0;
  std::vector<Heard> heard_;
  std::size_t octets_heard_ = 0;
  std::size_t sent_ = 0;
  bool is_more_to_do_ = false;
  std::function<void(NodeId, Bytes, Instant)> hears_sending_ = [](NodeId, Bytes, Instant) {};
  std::function<void()> hears_news_ = [] {};
};

}  // namespace tunstack
