#include "tunstack/clients/traceroute.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tunstack/clients/error_words.hpp"
#include "tunstack/clients/late_error.hpp"

namespace tunstack::clients {

namespace {

constexpr Duration added_to_others = std::chrono::milliseconds(5);  // before they are multiplied
constexpr std::uint32_t least_mtu = 68;                             // RFC 791

}  // namespace

Traceroute::Traceroute(TraceArguments arguments, const ClientPlace& place)
    : trace_(std::move(arguments)),
      place_(place),
      maker_(trace_, place.seed),
      output_(trace_.json ? trace_json(trace_, place_) : trace_text(trace_, place_)),
      arrivals_(place.seed),
      probes_(std::size_t{trace_.most_hops} * trace_.probes),
      next_told_(std::size_t{trace_.first_hop - 1} * trace_.probes),
      end_(probes_.size()),
      size_(trace_.size),
      due_(place.start) {
  output_->begin();
}

// ---- time ----

void Traceroute::go_on(Instant now, ToSend& out) {
  if (is_finished_) return;
  due_ = Instant::max();
  tell_done(now);
  if (next_told_ < end_)
    send_more(now, out);
  else
    end();
}

void Traceroute::tell_done(Instant now) {
  for (; next_told_ < end_; ++next_told_) {
    const TraceProbe& probe = probes_[next_told_];
    if (!probe.is_sent) return;
    const Instant expires = probe.sent + patience(next_told_);
    if (!probe.is_done && now < expires) {
      due_ = expires;
      return;
    }
    if (!probe.is_done) give_up(next_told_);
    output_->probe(probes_, next_told_);
  }
}

void Traceroute::give_up(std::size_t number) {
  TraceProbe& probe = probes_[number];
  if (const auto late = late_error(probes_, number, trace_.probes)) {
    probe = std::exchange(probes_[*late], TraceProbe());
    probes_[*late].is_sent = true;  // and nothing is awaited of it
    end_at(number);
  }
  probe.is_done = true;
}

void Traceroute::send_more(Instant now, ToSend& out) {
  unsigned on_their_way = 0;
  for (std::size_t number = next_told_; number < end_ && on_their_way < trace_.parallel; ++number) {
    if (!probes_[number].is_sent) {
      const Instant allowed = sent_ == 0 ? now : last_sent_ + seconds(trace_.pause);
      if (now < allowed) {
        due_ = std::min(due_, allowed);
        return;
      }
      send(number, now, out);
      if (number == next_told_) due_ = now + patience(number);
    }
    if (!probes_[number].is_done) ++on_their_way;
  }
}

Duration Traceroute::patience(std::size_t number) const {
  const Duration most = seconds(trace_.wait);
  const std::size_t hop = number - number % trace_.probes;
  if (const auto here = longest_of(hop, hop + trace_.probes, trace_.times_as_here)) return std::min(most, *here);
  if (const auto near = longest_of(hop + trace_.probes, probes_.size(), trace_.times_as_near))
    return std::min(most, *near);
  return most;
}

/// The first of some probes that was answered tells how long is long.
std::optional<Duration> Traceroute::longest_of(std::size_t first, std::size_t end, double factor) const {
  if (factor == 0) return std::nullopt;
  for (std::size_t i = first; i < end && probes_[i].is_sent; ++i)
    if (const auto took = probes_[i].took)
      return seconds(std::chrono::duration<double>(*took + added_to_others).count() * factor);
  return std::nullopt;
}

void Traceroute::send(std::size_t number, Instant now, ToSend& out) {
  TraceProbe& probe = probes_[number];
  if (trace_.finds_mtu && size_ > place_.mtu) {
    size_ = place_.mtu;
    probe.mark = fmt::format("F={}", size_);
  }
  probe.is_sent = true;
  probe.sent = last_sent_ = now;
  ++sent_;
  maker_.add(number, static_cast<std::uint8_t>(hop_of(number)), size_, place_.mtu, out);
}

// ---- answers ----

void Traceroute::receive(Bytes datagram, Instant now, ToSend& out) {
  if (is_finished_) return;
  const auto arrived = arrivals_.take(datagram, trace_.source, now);
  if (!arrived) return;
  if (const auto error = read_error(*arrived)) {
    if (const auto number = maker_.number_in(*error); number && is_open(*number) && !is_advice(*error))
      on_error(*number, *error, now, out);
  } else if (const auto number = maker_.number_in(*arrived, first_open()); number && is_open(*number)) {
    probes_[*number].is_last = true;
    answered(*number, arrived->source, arrived->hop_limit, now);
  }
  go_on(now, out);
}

void Traceroute::on_error(std::size_t number, const ReportedError& error, Instant now, ToSend& out) {
  TraceProbe& probe = probes_[number];
  if (const auto mtu = error.mtu(); mtu && trace_.finds_mtu) {
    if (*mtu < least_mtu || *mtu >= size_) return;
    size_ = std::max<std::size_t>(*mtu, trace_ip_header_size(trace_) + trace_method_header_size(trace_.method));
    probe.mark = fmt::format("F={}", *mtu);
    send(number, now, out);  // once more, as large as it may be
    return;
  }
  const bool is_hop = error.type == (error.is_ipv4() ? 11 : 3) && error.code == 0;
  probe.is_last = !is_hop;
  if (const std::string mark = trace_mark(error); !mark.empty()) {
    probe.mark = mark;
    ++errors_;
  }
  if (trace_.shows_extensions) probe.extensions = extension_words(error.extensions);
  answered(number, error.reporter, error.hop_limit, now);
}

void Traceroute::answered(std::size_t number, const IpAddress& from, unsigned hop_limit, Instant now) {
  TraceProbe& probe = probes_[number];
  probe.is_done = true;
  probe.took = now - probe.sent;
  probe.from = from;
  probe.hop_limit = hop_limit;
  ++received_;
  if (probe.is_last) end_at(number);
}

/// With the hop of this probe.
void Traceroute::end_at(std::size_t number) { end_ = std::min(end_, std::size_t{hop_of(number)} * trace_.probes); }

std::size_t Traceroute::first_open() const {
  std::size_t number = next_told_;
  while (number < end_ && !is_open(number)) ++number;
  return number;
}

// ---- the end ----

void Traceroute::end() {
  is_finished_ = true;
  output_->end(summary());
}

TraceSummary Traceroute::summary() const {
  TraceSummary summary{.sent = sent_, .received = received_};
  for (std::size_t i = 0; i < end_ && !summary.is_reached; ++i) {
    summary.is_reached = probes_[i].is_last && probes_[i].from == trace_.target;
    summary.hops = hop_of(i);
  }
  if (!summary.is_reached) summary.hops = 0;
  if (trace_.finds_mtu) summary.path_mtu = static_cast<unsigned>(std::min(size_, place_.mtu));
  return summary;
}

namespace {

/// Round trips of a result, or of a hop.
void take_times(const std::vector<double>& times, auto& result) {
  if (times.empty()) return;
  result.least = *std::ranges::min_element(times);
  result.most = *std::ranges::max_element(times);
  for (const double time : times) result.mean += time / static_cast<double>(times.size());
}

}  // namespace

HopResult Traceroute::hop_result(unsigned hop) const {
  HopResult result;
  std::vector<double> times;
  for (const TraceProbe& probe : std::span(probes_).subspan(std::size_t{hop - 1} * trace_.probes, trace_.probes)) {
    result.sent += probe.is_sent;
    if (!probe.took) continue;
    times.push_back(milliseconds(*probe.took));
    if (std::ranges::find(result.from, probe.from) == result.from.end()) result.from.push_back(probe.from);
  }
  result.received = static_cast<unsigned>(times.size());
  take_times(times, result);
  return result;
}

ClientResult Traceroute::result() const {
  const TraceSummary all = summary();
  ClientResult result{.sent = sent_,
                      .received = received_,
                      .errors = errors_,
                      .is_reached = all.is_reached,
                      .hops = all.hops,
                      .path_mtu = all.path_mtu,
                      .exit_status = all.is_reached ? 0 : 1};
  std::vector<double> times;
  for (const TraceProbe& probe : probes_)
    if (probe.took && probe.from == trace_.target) times.push_back(milliseconds(*probe.took));
  take_times(times, result);
  for (unsigned hop = 1; hop <= end_ / trace_.probes; ++hop) result.each_hop.push_back(hop_result(hop));
  return result;
}

}  // namespace tunstack::clients
