// SPDX-License-Identifier: Apache-2.0
#include "consumer/protocol/conversation.hpp"

#include <algorithm>
#include <utility>

namespace pipeline {

void Conversation::ask(std::size_t item, std::string_view text) {
    unsent_ += text;
    const std::uint64_t begin = std::exchange(asked_bytes_, asked_bytes_ + text.size());
    outstanding_.push_back({item, begin, asked_bytes_, outstanding_.empty()});
    ++asked_count_;
}

void Conversation::sent(std::size_t bytes) {
    unsent_.erase(0, bytes);
    sent_bytes_ += bytes;
}

void Conversation::note_unread(std::size_t unread, TimePoint now) noexcept {
    const bool was_starting = is_starting();
    read_bytes_ = std::max(read_bytes_, sent_bytes_ - std::min<std::uint64_t>(unread, sent_bytes_));
    if (was_starting && !is_starting()) begin_first(now);
}

// Stops at the first unread request: the program reads requests in their order.
std::size_t Conversation::read_count() const noexcept {
    std::size_t count = 0;
    while (count < outstanding_.size() && has_read(count)) ++count;
    return count;
}

void Conversation::answered(std::size_t number) noexcept {
    outstanding_.erase(outstanding_.begin() + static_cast<std::ptrdiff_t>(number));
    if (number != 0) is_unordered_ = true;
    ++answered_count_;
}

std::optional<std::size_t> Conversation::close_input() {
    input_is_closed_ = true;
    unsent_.clear();
    std::optional<std::size_t> taken_back;
    while (outstanding_.size() > read_count()) {
        taken_back = outstanding_.back().item;
        outstanding_.pop_back();
    }
    return taken_back;
}

Conversation::Nanoseconds Conversation::time_left(TimePoint now, Nanoseconds most) const noexcept {
    Nanoseconds left = most;
    if (failing_since_) left = std::min<Nanoseconds>(left, *failing_since_ + kEndAtClosedStream - now);
    if (is_idle()) return left;
    if (limit() > Nanoseconds::zero()) left = std::min<Nanoseconds>(left, first_since_ + limit() - now);
    if (!has_read(0)) return std::min<Nanoseconds>(left, kLookAtPipe);
    if (is_silent() && !silence_is_told_) left = std::min<Nanoseconds>(left, first_since_ + kSilence - now);
    return left;
}

Conversation::Overdue Conversation::overdue(TimePoint now) const noexcept {
    if (is_idle()) return Overdue::Nothing;
    const bool is_late = limit() > Nanoseconds::zero() && now - first_since_ >= limit();
    if (failing_since_ && (is_late || now - *failing_since_ >= kEndAtClosedStream))
        return Overdue::ClosedStream;
    if (!is_late) return Overdue::Nothing;
    return is_starting() ? Overdue::NeverRead : Overdue::RanTooLong;
}

bool Conversation::is_silence_news(TimePoint now) noexcept {
    if (silence_is_told_ || !is_silent() || now - first_since_ < kSilence) return false;
    silence_is_told_ = true;
    return true;
}

}  // namespace pipeline
