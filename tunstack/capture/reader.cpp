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

}  // namespace

void CaptureReader::Close::operator()(pcap* handle) const { pcap_close(handle); }

CaptureReader::CaptureReader(const std::string& path) : path_(path) {
  std::array<char, PCAP_ERRBUF_SIZE> why{};
  handle_.reset(pcap_open_offline_with_tstamp_precision(path.c_str(), PCAP_TSTAMP_PRECISION_NANO, why.data()));
  if (!handle_)
    throw UsageFault(fmt::format("cannot read {}", path), why.data(),
                     "give a capture in the format pcap or pcapng, as tcpdump -w writes it");
  link_type_ = link_type_of(pcap_datalink(handle_.get()), path);
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
  // Of precision "nano" the field of microseconds holds nanoseconds.
  const CaptureTime time = std::chrono::seconds(header->ts.tv_sec) + std::chrono::nanoseconds(header->ts.tv_usec);
  return CapturedFrame{time, {bytes, header->caplen}, header->caplen < header->len};
}

}  // namespace tunstack
