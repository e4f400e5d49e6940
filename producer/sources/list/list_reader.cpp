// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/list/list_reader.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace pipeline {
namespace {

// take() reads at most this often without finding an item, so that the producer can do its other work.
constexpr std::size_t kMostReads = 64;

MarkedPosition mark_of(const ListDigest& digest) {
    return {digest.position(), digest.digest(), digest.chain()};
}

}  // namespace

ListReader::ListReader(ListFile file, const std::string& name, const ListDigest& before, const ListForm& form)
    : file_(std::move(file)), name_(name), form_(form), lines_(name, before.position(), form) {
    lines_.digest_from(before);
    last_chain_ = before.chain();
    last_position_ = before.position();
    before_bytes_ = static_cast<std::size_t>(std::min<std::uint64_t>(kBefore, before.position()));
    before_bytes_ = file_.read_at(before.position() - before_bytes_, std::span(before_).first(before_bytes_));
}

std::optional<ListReader> ListReader::begin(ListFile file, const std::string& name, const ListDigest& before,
                                            const ListForm& form) {
    ListReader reader(std::move(file), name, before, form);
    if (!reader.find_start()) return std::nullopt;
    return reader;
}

// Returns false if no line begins at the read position. If the last line was taken without a line end and has
// one now, skips that line end.
bool ListReader::find_start() {
    const std::uint64_t position = lines_.end_position();
    std::array<char, 3> around{};
    const std::size_t back = position == 0 ? 0 : 1;
    const std::size_t got = file_.read_at(position - back, around);
    if (got <= back) return true;  // the end of the file
    start_found_ = true;
    const std::string_view seen(around.data(), got);
    if (back == 0 || seen.front() == form_.separator) return true;
    const std::string_view next = seen.substr(1);
    const std::string_view line_end = next.starts_with(form_.separator) ? next.substr(0, 1) : next;
    if (line_end.front() != form_.separator && !(form_.is_text && line_end == "\r\n")) return false;
    ListDigest before = lines_.digest();
    before.add(line_end);
    lines_ = LineReader(name_, before.position(), form_);
    lines_.digest_from(std::move(before));
    keep(line_end);
    return true;
}

ListReader::Taken ListReader::take(std::span<Item> items) {
    lines_.clear_bytes();
    if (!start_found_ && !find_start()) return {0, State::WithinLine};
    last_chain_ = digest().chain();
    last_position_ = digest().position();
    std::size_t count = lines_.take(items);
    State state = State::More;
    for (std::size_t reads = 0; count < items.size() && state == State::More; ++reads) {
        if (count == 0 && reads == kMostReads) break;
        state = read_more();
        count += lines_.take(items.subspan(count));
    }
    return {count, state};
}

ListReader::State ListReader::read_more() {
    const std::span<char> room = lines_.room();
    const std::span<char> now = std::span(now_).first(before_bytes_);
    const std::size_t got = file_.read_at(lines_.end_position() - now.size(), now, room);
    if (got < now.size()) return State::Cut;
    if (std::memcmp(now.data(), before_.data(), now.size()) != 0) return State::FilledAnew;
    const std::size_t read = got - now.size();
    if (read == 0) return State::End;
    lines_.filled(read);
    keep(room.first(read));
    return State::More;
}

// Appends `read` to before_, which keeps the last kBefore bytes that were read.
void ListReader::keep(std::span<const char> read) noexcept {
    read = read.last(std::min(read.size(), kBefore));
    const std::size_t stay = std::min(before_bytes_, kBefore - read.size());
    std::memmove(before_.data(), before_.data() + before_bytes_ - stay, stay);
    std::memcpy(before_.data() + stay, read.data(), read.size());
    before_bytes_ = stay + read.size();
}

MarkedPosition ListReader::mark() const {
    return mark_of(digest());
}

std::optional<MarkedPosition> ListReader::mark_at(std::uint64_t position) const {
    if (position == digest().position()) return mark();
    if (position < last_position_ || position > digest().position()) return std::nullopt;
    ListDigest again(last_chain_, ListDigest::chain_position_of(last_position_));
    if (!file_.read(again, position)) return std::nullopt;
    const MarkedPosition found = mark_of(again);
    if (!file_.read(again, digest().position()) || again.digest() != digest().digest()) return std::nullopt;
    return found;
}

}  // namespace pipeline
