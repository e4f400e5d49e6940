// SPDX-License-Identifier: Apache-2.0
#include "consumer/protocol/conversation.hpp"

#include <algorithm>

namespace pipeline {

void Conversation::ask(std::size_t item, std::string_view text) {
    unsent_ += text;
    asked_bytes_ += text.size();
    outstanding_.push_back({item, asked_bytes_});
    ++asked_count_;
}

void Conversation::sent(std::size_t bytes) {
    unsent_.erase(0, bytes);
    sent_bytes_ += bytes;
}

bool Conversation::has_read_first(std::size_t unread) const noexcept {
    return outstanding_.front().end <= sent_bytes_ - unread;
}

void Conversation::answered() noexcept {
    outstanding_.pop_front();
    ++answered_count_;
}

std::optional<std::size_t> Conversation::close_input(TimePoint now) {
    input_is_closed_ = true;
    unsent_.clear();
    std::optional<std::size_t> taken_back;
    const std::size_t least = answered_count_ == 0 ? 1 : 0;
    while (outstanding_.size() > least && outstanding_.back().end > sent_bytes_) {
        taken_back = outstanding_.back().item;
        outstanding_.pop_back();
    }
    if (!outstanding_.empty() && outstanding_.front().end > sent_bytes_) begin_failing(now);
    return taken_back;
}

Conversation::Nanoseconds Conversation::time_left(TimePoint now, Nanoseconds most) const noexcept {
    Nanoseconds left = most;
    if (failing_since_) left = std::min<Nanoseconds>(left, *failing_since_ + kEndAtClosedStream - now);
    if (item_timeout_ > Nanoseconds::zero() && !is_idle())
        left = std::min<Nanoseconds>(left, first_since_ + item_timeout_ - now);
    return left;
}

Conversation::Overdue Conversation::overdue(TimePoint now) const noexcept {
    if (is_idle()) return Overdue::Nothing;
    const bool is_late = item_timeout_ > Nanoseconds::zero() && now - first_since_ >= item_timeout_;
    if (failing_since_ && (is_late || now - *failing_since_ >= kEndAtClosedStream))
        return Overdue::ClosedStream;
    return is_late ? Overdue::RanTooLong : Overdue::Nothing;
}

}  // namespace pipeline
