#include "tunstack/capture/reader.hpp"

#include <fmt/format.h>
#include <pcap/pcap.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "tunstack/fault.hpp"

namespace tunstack {

namespace {

// As libpcap names them, and as files number them where that is another number.
struct KnownLink {
  int number;
  LinkType type;
};
constexpr KnownLink known_links[] = {
    {DLT_RAW, LinkType::raw_ip},
    {101, LinkType::raw_ip},  // LINKTYPE_RAW
    {DLT_IPV4, LinkType::raw_ip},
    {DLT_IPV6, LinkType::raw_ip},
    {DLT_EN10MB, LinkType::ethernet},
    {DLT_LINUX_SLL, LinkType::linux_cooked},
    {DLT_LINUX_SLL2, LinkType::linux_cooked_2},
    {DLT_NULL, LinkType::loopback},
    {DLT_LOOP, LinkType::loopback},
};

LinkType link_type_of(int number, const std::string& path) {
  for (const KnownLink& link : known_links)
    if (link.number == number) return link.type;
  const char* const name = pcap_datalink_val_to_name(number);
  throw UsageFault(fmt::format("cannot replay {}", path),
                   fmt::format("its link type is {}", name != nullptr ? name : std::to_string(number)),
                   "capture raw IP, Ethernet or Linux cooked frames: tcpdump -i tun0, or -i any");
}

std::FILE* open_file(const std::string& path) {
  if (path != "-") return std::fopen(path.c_str(), "rbe");
  return stdin;
}

}  // namespace

void CaptureReader::ClosePcap::operator()(pcap* handle) const { pcap_close(handle); }

CaptureReader::CaptureReader(const std::string& path) : path_(path), file_(open_file(path)) {
  if (!file_) refuse_file(std::strerror(errno));
  constexpr int first_of_pcapng = 0x0a;
  const int first = std::fgetc(file_.get());
  std::ungetc(first, file_.get());
  if (first == first_of_pcapng)
    open_pcapng();
  else
    open_pcap();
}

void CaptureReader::open_pcapng() {
  const auto number = pcapng_.emplace(file_.get()).open();
  if (!number) refuse_file(number.error());
  link_type_ = link_type_of(static_cast<int>(*number), path_);
}

void CaptureReader::open_pcap() {
  std::array<char, PCAP_ERRBUF_SIZE> why{};
  pcap_.reset(pcap_fopen_offline_with_tstamp_precision(file_.get(), PCAP_TSTAMP_PRECISION_NANO, why.data()));
  if (!pcap_) refuse_file(why.data());
  [[maybe_unused]] std::FILE* const taken = file_.release();
  link_type_ = link_type_of(pcap_datalink(pcap_.get()), path_);
}

std::optional<CapturedFrame> CaptureReader::next() {
  std::optional<CapturedFrame> frame;
  if (pcapng_) {
    auto read = pcapng_->next();
    if (!read) refuse_packet(read.error());
    frame = *read;
  } else {
    frame = next_of_pcap();
  }
  if (frame) ++count_;
  return frame;
}

std::optional<CapturedFrame> CaptureReader::next_of_pcap() {
  pcap_pkthdr* header = nullptr;
  const u_char* bytes = nullptr;
  const int result = pcap_next_ex(pcap_.get(), &header, &bytes);
  if (result == PCAP_ERROR_BREAK) return std::nullopt;
  if (result != 1) refuse_packet(pcap_geterr(pcap_.get()));
  // Seconds are unsigned 32 bits, but libpcap takes those from 2038 on for negative ones. Of precision "nano" the field
  // of microseconds holds nanoseconds.
  const std::chrono::seconds seconds(static_cast<std::uint32_t>(header->ts.tv_sec));
  return CapturedFrame{.time = seconds + std::chrono::nanoseconds(header->ts.tv_usec),
                       .bytes = {bytes, header->caplen},
                       .cut_short = header->caplen < header->len};
}

void CaptureReader::refuse_file(const std::string& why) const {
  throw UsageFault(fmt::format("cannot read {}", path_), why,
                   "give a capture in the format pcap or pcapng, as tcpdump -w writes it");
}

void CaptureReader::refuse_packet(const std::string& why) const {
  throw UsageFault(fmt::format("cannot read packet {} of {}", count_ + 1, path_), why,
                   "the packets before it were replayed; capture again, or repair the file with editcap");
}

}  // namespace tunstack
