// SPDX-License-Identifier: Apache-2.0
#include "producer/sources/program/exec_source.hpp"

#include <fmt/format.h>

#include <utility>

#include "common/base/log.hpp"
#include "common/base/printable.hpp"

namespace pipeline {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20U;  // of one batch, but at least one item
constexpr unsigned kMostLines = 4096;  // of one batch; there may be many that give no item

// Returns what the program reads of an outcome: the status of a row, or "duplicate".
std::string_view outcome_word(Outcome outcome) noexcept {
    return outcome == Outcome::Duplicate ? "duplicate" : to_text(outcome);
}

}  // namespace

ExecSource::ExecSource(const SourceSpec& spec, const Resume& resume, bool once, const SourceContext& context)
    : name_(printable(spec.name())),
      body_max_(context.body_max),
      report_(context.report),
      ledger_(context.ledger),
      program_({spec.command, name_, once, context.every, longest_given_line(context.body_max),
                context.end_patience},
               context.report, [this] { return owed_run_ == program_.run() && owed_ != 0; }) {
    for (const std::uint64_t position : resume.in_flight) flights_.insert(position);
}

std::size_t ExecSource::acquire(std::span<Item> items) {
    bytes_.clear();
    static_cast<void>(program_.serve());
    std::size_t count = 0;
    for (unsigned lines = 0; lines < kMostLines; ++lines) {
        if (is_stopped_ || count == items.size() || bytes_.size() >= kMostBytes) break;
        const auto line = program_.next_line();
        if (!line) break;
        if (take(*line, items[count])) ++count;
    }
    return count;
}

// Returns true if the line gives an item.
bool ExecSource::take(const ProgramLines::Line& line, Item& item) {
    GivenLine given = read_given_line(line);
    says_nothing_more_ = given.kind == GivenLine::Kind::Nothing;
    switch (given.kind) {
        case GivenLine::Kind::Wrong:
            program_.refuse(given.problem);
            return false;
        case GivenLine::Kind::Nothing:
            program_.is_understood();
            return false;
        case GivenLine::Kind::Invoice:
            break;
    }
    if (!given.unknown_key.empty() && !std::exchange(has_unknown_key_, true)) {
        log(LogLevel::Notice, "{} gives JSON with the key {}, which means nothing and is left out", name_,
            given.unknown_key);
    }
    return take_invoice(given, line, item);
}

bool ExecSource::take_invoice(GivenLine& given, const ProgramLines::Line& line, Item& item) {
    // 0 stands for an id that is not known.
    const std::uint64_t hash = (given.is_id_cut ? line.hash : hash_of(given.id)) | 1U;
    const auto [flight, is_new] = flights_.insert(given.position);
    if (!is_new) {
        if (flight.id_hash != 0 && flight.id_hash != hash) {
            program_.refuse(
                fmt::format("position {} is another invoice's, which is not done yet", given.position));
            return false;
        }
        program_.is_understood();
        flight.id_hash = hash;
        wait_for_receipt(flight);
        return false;
    }
    flight.id_hash = hash;
    wait_for_receipt(flight);
    if (given.is_id_cut) {
        item.set_safe_id(fmt::format("{}~{:016x}~{}", given.id, line.hash, line.length));
    } else if (given.id.empty()) {
        item.set_safe_id(fmt::format("position {}", given.position));
    } else if (given.is_body_cut) {
        item.set_id_and_body(given.id, "-", 0, bytes_);
    } else if (given.body) {
        item.set_id_and_body(given.id, *given.body, body_max_, bytes_);
    } else {
        item.set_id(given.id, bytes_);
    }
    if (item.id_unusable()) {
        auto& unusable = report_->numbers().unusable_ids;
        unusable.store(unusable.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    item.position.store(given.position, std::memory_order_relaxed);
    item.extent.store(0, std::memory_order_relaxed);
    if (!program_.is_in_doubt() || !is_stored(given)) program_.got_further();
    program_.is_understood();
    return true;
}

// True if the ledger has the invoice: a program that fails at the same row again and again gives those before
// it each time.
bool ExecSource::is_stored(const GivenLine& given) const {
    try {
        bool known = false;
        const std::string_view id = given.id;
        ledger_->find_known({&id, 1}, {&given.position, 1}, {&known, 1});
        return known;
    } catch (const LedgerUnavailable&) {
        return false;
    }
}

void ExecSource::wait_for_receipt(Flight& flight) {
    if (std::exchange(owed_run_, program_.run()) != program_.run()) owed_ = 0;
    if (flight.run != program_.run()) ++owed_;
    flight.run = program_.run();
}

bool ExecSource::exhausted() const {
    return is_stopped_ || says_nothing_more_ || program_.is_over();
}

void ExecSource::stop() {
    is_stopped_ = true;
    program_.stop();
}

void ExecSource::wait(int signal_fd, std::chrono::milliseconds bound) {
    program_.wait(signal_fd, bound);
}

void ExecSource::acknowledge(const Receipt& receipt) {
    Flight* const flight = flights_.find(receipt.position);
    if (flight == nullptr) return;
    if (flight->run != 0 && flight->run == program_.run()) {
        if (owed_ != 0) --owed_;
        const bool has_newline = receipt.id.find('\n') != std::string_view::npos;
        program_.tell(fmt::format("{}\t{}\t{}\n", receipt.position, outcome_word(receipt.outcome),
                                  has_newline ? printable(receipt.id) : std::string(receipt.id)));
    }
    flights_.erase(receipt.position);
}

// The program may give the position while it is given again from the ledger: it then gets the receipt of
// that.
Source::BringBack ExecSource::bring_back(std::string_view id, std::uint64_t position) {
    const auto [flight, is_new] = flights_.insert(position);
    if (!is_new) return BringBack::NotYet;
    flight.id_hash = hash_of(id) | 1U;
    return BringBack::Ready;
}

}  // namespace pipeline
