// SPDX-License-Identifier: Apache-2.0
#include "bench/harness/settings.hpp"

#include <getopt.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "bench/harness/wire_item.hpp"
#include "common/base/exit_status.hpp"

namespace pipeline::bench {
namespace {

[[noreturn]] void refuse(const char* program, const char* option, const char* value) {
    std::fprintf(
        stderr,
        "%s: %s '%s' is not accepted: [--consumers 1..%u] [--batch 1..%zu] [--id-bytes 1..%zu] [--store] "
        "[--milliseconds 1..60000] [--pace-us 0..1000000], of bodies [--batch] [--milliseconds] and "
        "[--body-bytes 16..%zu], a multiple of 8\n",
        program, option, value, kMaxReceivers, kMaxBatchItems, kLongId, kMaxBodyBytes);
    std::exit(to_int(ExitStatus::Usage));
}

std::size_t number(const char* program, const char* option, const char* text, std::size_t least,
                   std::size_t most) {
    std::size_t value = 0;
    const char* const end = text + std::strlen(text);
    const auto parsed = std::from_chars(text, end, value);
    if (parsed.ec != std::errc{} || parsed.ptr != end || value < least || value > most)
        refuse(program, option, text);
    return value;
}

}  // namespace

Settings parse_settings(int argc, char** argv, Carries carries) {
    static constexpr std::array<option, 8> kOptions{{{"consumers", required_argument, nullptr, 'c'},
                                                     {"batch", required_argument, nullptr, 'b'},
                                                     {"id-bytes", required_argument, nullptr, 'i'},
                                                     {"store", no_argument, nullptr, 's'},
                                                     {"milliseconds", required_argument, nullptr, 'm'},
                                                     {"pace-us", required_argument, nullptr, 'p'},
                                                     {"body-bytes", required_argument, nullptr, 'o'},
                                                     {}}};
    Settings settings;
    settings.peer = std::filesystem::path(argv[0]).filename();
    const char* const program = settings.peer.c_str();
    const char* const foreign = carries == Carries::Ids ? "o" : "cisp";
    if (carries == Carries::Bodies) settings.body_bytes = 1024;
    for (int which = 0; (which = ::getopt_long(argc, argv, "", kOptions.data(), nullptr)) != -1;) {
        if (std::strchr(foreign, which) != nullptr)
            refuse(program, "an option for other peers,", argv[optind - 1]);
        switch (which) {
            case 'c':
                settings.consumers =
                    static_cast<unsigned>(number(program, "--consumers", optarg, 1, kMaxReceivers));
                break;
            case 'b':
                settings.batch = number(program, "--batch", optarg, 1, kMaxBatchItems);
                break;
            case 'i':
                settings.id_bytes = number(program, "--id-bytes", optarg, 1, kLongId);
                break;
            case 's':
                settings.store = true;
                break;
            case 'm':
                settings.duration =
                    std::chrono::milliseconds(number(program, "--milliseconds", optarg, 1, 60'000));
                break;
            case 'p':
                settings.pace = std::chrono::microseconds(number(program, "--pace-us", optarg, 0, 1'000'000));
                break;
            case 'o':
                settings.body_bytes = number(program, "--body-bytes", optarg, 16, kMaxBodyBytes);
                if (settings.body_bytes % sizeof(std::uint64_t) != 0) refuse(program, "--body-bytes", optarg);
                break;
            default:
                refuse(program, "the command line", "");
        }
    }
    if (optind != argc) refuse(program, "argument", argv[optind]);
    return settings;
}

}  // namespace pipeline::bench
