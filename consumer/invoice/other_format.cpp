// SPDX-License-Identifier: Apache-2.0
#include "consumer/invoice/other_format.hpp"

#include <algorithm>
#include <array>

namespace pipeline {
namespace {

struct Format {
    std::string_view beginning;
    std::string_view name;
};
using namespace std::string_view_literals;
constexpr std::array kFormats{
    Format{"%PDF-"sv, "a PDF file (an invoice inside it must be taken out first)"sv},
    Format{"PK\x03\x04"sv, "a zip archive"sv},
    Format{"PK\x05\x06"sv, "an empty zip archive"sv},
    Format{"\x1f\x8b"sv, "a gzip file"sv},
    Format{"BZh"sv, "a bzip2 file"sv},
    Format{"\x28\xb5\x2f\xfd"sv, "a zstd file"sv},
    Format{"\xfd"
           "7zXZ"sv,
           "an xz file"sv},
    Format{"\x89PNG"sv, "a PNG picture"sv},
    Format{"\xff\xd8\xff"sv, "a JPEG picture"sv},
    Format{"\xff\xfe\0\0"sv, "UTF-32, which is not supported"sv},
    Format{"\0\0\xfe\xff"sv, "UTF-32, which is not supported"sv},
};

bool begins_with(std::string_view text, std::string_view lower) noexcept {
    return text.size() >= lower.size() &&
           std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
               return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b | 0x20) : b);
           });
}

}  // namespace

std::string_view other_format(std::string_view beginning) noexcept {
    for (const Format& format : kFormats) {
        if (beginning.starts_with(format.beginning)) return format.name;
    }
    if (beginning.starts_with("\xef\xbb\xbf")) beginning.remove_prefix(3);
    beginning.remove_prefix(std::min(beginning.find_first_not_of(" \t\r\n"), beginning.size()));
    if (begins_with(beginning, "<!doctype html") || begins_with(beginning, "<html")) return "an HTML page";
    if (beginning.starts_with('{') || beginning.starts_with('[')) return "JSON";
    return {};
}

}  // namespace pipeline
