#include "tunstack/clients/error_words.hpp"
#include "tunstack/clients/json_line.hpp"
#include "tunstack/clients/ping_output.hpp"

namespace tunstack::clients {

namespace {

double in_milliseconds(std::int64_t microseconds) { return static_cast<double>(microseconds) / 1000; }

class PingJson final : public PingOutput {
 public:
  explicit PingJson(const PingArguments& arguments) : ping_(arguments) {}

  void begin() override {}
  void sent() override {}

  void reply(const PingReply& reply, Instant) override {
    auto event = client_event("ping", "reply");
    event["from"] = to_text(reply.from);
    event["sequence"] = reply.sequence;
    event["bytes"] = reply.size;
    event["ttl"] = reply.hop_limit;
    if (reply.microseconds) event["time_ms"] = in_milliseconds(*reply.microseconds);
    if (reply.is_duplicate) event["duplicate"] = true;
    if (reply.is_truncated) event["truncated"] = true;
    if (reply.has_bad_checksum) event["bad_checksum"] = true;
    if (reply.is_from_another) event["different_address"] = true;
    if (reply.wrong_at) event["wrong_data_at"] = *reply.wrong_at;
    if (!reply.answer.empty()) event["answer"] = reply.answer;
    put(event);
  }

  void error(const ReportedError& error, unsigned sequence, Instant) override {
    auto event = client_event("ping", "error");
    event["sequence"] = sequence;
    add_error(event, error);
    event["text"] = ping_words(error, to_text(Ipv4Address{error.rest_of_header}));
    put(event);
  }

  void too_large(std::size_t mtu, unsigned sequence) override {
    auto event = client_event("ping", "too_large");
    event["sequence"] = sequence;
    event["mtu"] = mtu;
    put(event);
  }

  void outstanding(unsigned sequence, Instant) override {
    auto event = client_event("ping", "outstanding");
    event["sequence"] = sequence;
    put(event);
  }

  void end(const PingCounts& counts, const RoundTrips& times) override {
    auto event = client_event("ping", "summary");
    event["target"] = ping_.target_word;
    event["address"] = to_text(ping_.target);
    event["sent"] = counts.sent;
    event["received"] = counts.received;
    event["duplicates"] = counts.duplicates;
    event["corrupted"] = counts.corrupted;
    event["errors"] = counts.errors;
    event["loss_percent"] = counts.loss_percent();
    event["took_ms"] = milliseconds(counts.took);
    if (times.any()) {
      event["min_ms"] = in_milliseconds(times.least());
      event["avg_ms"] = in_milliseconds(times.mean());
      event["max_ms"] = in_milliseconds(times.most());
      event["mdev_ms"] = in_milliseconds(times.deviation());
    }
    put(event);
  }

 private:
  void put(const nlohmann::ordered_json& event) {
    if (ping_.is_quiet && event["event"] != "summary") return;
    text_ += json_line(event);
  }

  const PingArguments& ping_;
};

}  // namespace

std::unique_ptr<PingOutput> ping_json(const PingArguments& arguments) { return std::make_unique<PingJson>(arguments); }

}  // namespace tunstack::clients
