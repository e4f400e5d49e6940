// SPDX-License-Identifier: Apache-2.0
// The sequence 1, 2, 3 ... whose numbers have ids of 1 to 4,096 bytes, bodies of 0 to 1 MiB, and results. All
// follow from the number, so that whoever gets them compares every byte. Most are small, and some are as
// large as they can be.
#include <cstring>
#include <string>

#include "consumer/consume.hpp"
#include "producer/produce.hpp"
#include "tests/programs/forking/roles.hpp"

namespace pipeline::test {
namespace {

constexpr std::uint64_t kLargeBody = std::uint64_t{1} << 20U;

// Steele, Lea, Flood: SplitMix64 (Fast splittable pseudorandom number generators, 2014).
std::uint64_t next(std::uint64_t& state) noexcept {
    std::uint64_t value = state += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111eb;
    return value ^ (value >> 31U);
}

std::string text_of(std::uint64_t number, std::uint64_t what, std::size_t length) {
    std::string text(length + sizeof(std::uint64_t), '\0');
    std::uint64_t state = number * 4 + what;
    for (std::size_t at = 0; at < length; at += sizeof(std::uint64_t)) {
        const std::uint64_t word = next(state) | 0x0101'0101'0101'0101;  // no NUL, which no id may have
        std::memcpy(text.data() + at, &word, sizeof word);
    }
    text.resize(length);
    return text;
}

std::string id_of(std::uint64_t number) {
    const std::uint64_t kind = number * 7 % 16;
    const std::size_t length = kind == 0 ? kMaxIdBytes : kind < 4 ? 104 + number % 900 : 8 + number % 90;
    const std::string start = std::to_string(number) + ' ';
    return start + text_of(number, 0, length - std::min(length, start.size()));
}

// Its body has a byte too many, so that it is recorded as failed.
bool is_too_large(std::uint64_t number) noexcept {
    return number % 2000 == 1;
}

std::string body_of(std::uint64_t number) {
    if (is_too_large(number)) return text_of(number, 1, kLargeBody + 1);
    if (number % 509 == 0) return text_of(number, 1, kLargeBody - number % 3);
    return text_of(number, 1, number % 17 == 0 ? number % 20'000 : number % 200);
}

bool has_body(std::uint64_t number) noexcept {
    return number % 3 != 0 || is_too_large(number);
}

std::string result_of(std::uint64_t number) {
    return text_of(number, 2, number % 1021 == 0 ? kMaxResultBytes : number % 5 == 0 ? number % 700 : 0);
}

class BodySource final : public Source {
  public:
    BodySource(std::unique_ptr<Source> numbers, std::uint64_t most)
        : numbers_(std::move(numbers)), most_(most) {}

    [[nodiscard]] std::size_t acquire(std::span<Item> items) override {
        bytes_.clear();
        const std::size_t count = numbers_->acquire(items.first(std::min<std::size_t>(items.size(), 16)));
        for (Item& item : items.first(count)) {
            const std::uint64_t number = item.position;
            if (has_body(number)) {
                item.set_id_and_body(id_of(number), body_of(number), most_, bytes_);
            } else {
                item.set_id(id_of(number), bytes_);
            }
        }
        return count;
    }
    [[nodiscard]] std::string_view bytes() const noexcept override { return bytes_; }
    [[nodiscard]] bool exhausted() const override { return numbers_->exhausted(); }
    void stop() override { numbers_->stop(); }
    void wait(int signal_fd, std::chrono::milliseconds bound) override { numbers_->wait(signal_fd, bound); }

  private:
    std::unique_ptr<Source> numbers_;
    std::uint64_t most_;
    std::string bytes_;
};

std::unique_ptr<Source> make_source(const SourceSpec& spec, const Resume& resume, bool once,
                                    const SourceContext& context) {
    return std::make_unique<BodySource>(open_source(spec, resume, once, context), context.body_max);
}

class BodyProcessor final : public Processor {
  public:
    void process(const Acquired& invoice, Result& result) override {
        const std::uint64_t number = invoice.position;
        const std::string body = has_body(number) ? body_of(number) : "";
        const bool is_same = invoice.id == id_of(number) && invoice.body == body &&
                             (invoice.body.data() != nullptr) == has_body(number);
        result.set(is_same ? Status::Booked : Status::Failed);
        if (std::string text = result_of(number); !text.empty())
            result.extra = std::make_unique<ExtraText>(ExtraText{Extra::Result, std::move(text)});
    }
};

std::unique_ptr<Processor> make_checking(const ProcessSpec&, std::shared_ptr<const SpoolFolder>, Patience) {
    return std::make_unique<BodyProcessor>();
}

}  // namespace

ExitStatus produce_in_test(const ProducerOptions& options) {
    return produce_with(make_source, options);
}

ExitStatus consume_in_test(const ConsumerOptions& options) {
    return consume_with(make_checking, options);
}

bool is_right(const RecordRange& records, std::size_t i) {
    const Record& record = records.record(i);
    if (records.id(i) != id_of(record.position)) return false;
    if (is_too_large(record.position)) return record.status == Status::Failed;
    return record.status == Status::Booked && record.result_in(records.bytes()) == result_of(record.position);
}

}  // namespace pipeline::test
