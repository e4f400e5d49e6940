// SPDX-License-Identifier: Apache-2.0
#include "consumer/xml/encoding_scan.hpp"

namespace pipeline {

// As expat does: a byte order mark, or a NUL beside the first character.
void EncodingScan::find_form(unsigned char first, unsigned char second) noexcept {
    if (first == 0 || (first == 0xfe && second == 0xff)) {
        form_ = Form::Big;
    } else if (second == 0 || (first == 0xff && second == 0xfe)) {
        form_ = Form::Little;
    } else {
        form_ = Form::Bytes;
    }
}

bool EncodingScan::add_unit(unsigned char first, unsigned char second) noexcept {
    const unsigned char high = form_ == Form::Big ? first : second;
    const bool is_second_half = (high & 0xfcU) == 0xdcU;
    if (is_second_half != is_in_pair_) return false;
    is_in_pair_ = (high & 0xfcU) == 0xd8U;
    return true;
}

bool EncodingScan::add(std::string_view bytes) noexcept {
    constexpr std::string_view kMark = "\xef\xbb\xbf";
    for (const char c : bytes) {
        if (form_ == Form::Bytes && count_ >= kMark.size()) return true;
        if (count_ < kMark.size() && mark_bytes_ == count_ && c == kMark[count_]) ++mark_bytes_;
        const auto byte = static_cast<unsigned char>(c);
        if (++count_ % 2 == 1) {
            last_ = byte;
            continue;
        }
        if (form_ == Form::Unknown) find_form(last_, byte);
        if (form_ != Form::Bytes && !add_unit(last_, byte)) return false;
    }
    return true;
}

}  // namespace pipeline
