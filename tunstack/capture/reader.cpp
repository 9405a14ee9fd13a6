#include "tunstack/capture/reader.hpp"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include <array>

#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

struct KnownLink {
  int dlt;
  LinkType type;
};
constexpr KnownLink known_links[] = {
    {DLT_RAW, LinkType::raw_ip},
    {DLT_IPV4, LinkType::raw_ip},
    {DLT_IPV6, LinkType::raw_ip},
    {DLT_EN10MB, LinkType::ethernet},
    {DLT_LINUX_SLL, LinkType::linux_cooked},
    {DLT_LINUX_SLL2, LinkType::linux_cooked_2},
    {DLT_NULL, LinkType::loopback},
    {DLT_LOOP, LinkType::loopback},
};

LinkType link_type_of(int dlt, const std::string& path) {
  for (const KnownLink& link : known_links)
    if (link.dlt == dlt) return link.type;
  const char* const name = pcap_datalink_val_to_name(dlt);
  throw UsageFault(fmt::format("cannot replay {}", path),
                   fmt::format("its link type is {}", name != nullptr ? name : std::to_string(dlt)),
                   "capture raw IP, Ethernet or Linux cooked frames: tcpdump -i tun0, or -i any");
}

/// In pcap seconds are unsigned 32 bits, but libpcap takes those from 2038 on for negative ones.
std::int64_t seconds_of(const timeval& time, bool is_pcap) {
  return is_pcap ? static_cast<std::uint32_t>(time.tv_sec) : static_cast<std::int64_t>(time.tv_sec);
}

bool is_possible(std::int64_t seconds) {
  return seconds >= 0 && seconds < std::chrono::floor<std::chrono::seconds>(latest_capture_time).count();
}

}  // namespace

void CaptureReader::Close::operator()(pcap* handle) const { pcap_close(handle); }

CaptureReader::CaptureReader(const std::string& path) : path_(path) {
  std::array<char, PCAP_ERRBUF_SIZE> why{};
  handle_.reset(pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, why.data()));
  if (!handle_)
    throw UsageFault(fmt::format("cannot read {}", path), why.data(),
                     "give a capture in the format pcap or pcapng, as tcpdump -w writes it");
  link_type_ = link_type_of(pcap_datalink(handle_.get()), path);
  is_pcap_ = pcap_major_version(handle_.get()) == 2;  // pcapng is at 1
}

std::optional<CapturedFrame> CaptureReader::next() {
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  const int result = pcap_next_ex(handle_.get(), &header, &bytes);
  if (result == PCAP_ERROR_BREAK) return std::nullopt;
  if (result != 1)
    throw UsageFault(fmt::format("cannot read packet {} of {}", count_ + 1, path_), pcap_geterr(handle_.get()),
                     "the packets before it were replayed; capture again, or repair the file with editcap");
  ++count_;
  const std::int64_t seconds = seconds_of(header->ts, is_pcap_);
  CapturedFrame frame{
      .bytes = {bytes, header->caplen}, .cut_short = header->caplen < header->len, .other_time = !is_possible(seconds)};
  // Of precision "nano" the field of microseconds holds nanoseconds.
  if (!frame.other_time)
    frame.time = std::chrono::seconds(seconds) + std::chrono::nanoseconds(header->ts.tv_usec);
  else if (seconds > 0)
    frame.time = latest_capture_time;
  return frame;
}

}  // namespace tunstack
