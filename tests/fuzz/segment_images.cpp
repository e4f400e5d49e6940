// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/segment_images.hpp"

#include <linux/futex.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "common/core/segments/segments.hpp"

namespace pipeline::test {
namespace {

using std::chrono::nanoseconds;

void put_text(std::array<char, kMaxSpecBytes>& to, std::string_view text) {
    std::copy(text.begin(), text.end(), to.begin());
}

// ---- the states ----

void push(const SegmentImage& image, std::uint64_t first, std::size_t count) {
    std::vector<Item> items(count);
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string id = std::to_string(first + i);
        switch ((first + i) % 3) {  // a short id; an id that needs a span; a body
            case 0:
                items[i].set_id(id);
                break;
            case 1:
                items[i].set_id(id + std::string(kInlineIdBytes, '-'), bytes);
                break;
            default:
                items[i].set_id_and_body(id, "a body", UINT64_MAX, bytes);
        }
        items[i].position = first + i;
        items[i].extent = 1;
        items[i].acquired_ns = monotonic_ns();
    }
    static_cast<void>(image.ring().push(items, bytes));
}
void claim(const SegmentImage& image, std::size_t place, std::size_t most) {
    Ring ring = image.ring();
    static_cast<void>(ring.claim(ring.hand(place), most, nanoseconds(0)));
}
void save(const SegmentImage& image, std::size_t place, std::size_t count) {
    std::vector<Result> results(count);
    for (std::size_t i = 0; i < count; ++i) {
        if (i % 2 == 0) {
            results[i].set(Status::Booked);
            results[i].extra = std::make_unique<ExtraText>(ExtraText{Extra::Result, "{}"});
        } else {
            results[i].set(Status::Rejected, "BR-CO-10");
        }
    }
    std::vector<Finding> findings;
    for (const Result& result : results) findings.emplace_back(result);
    Storage storage = image.storage();
    if (storage.save(image.ring().hand(place), findings) != count)
        std::abort();  // not the state that was meant
}
void flush(const SegmentImage& image) {
    Storage storage = image.storage();
    const std::uint64_t added = storage.tail() - storage.durable();
    storage.set_durable(storage.tail(), Totals{added, 0, 0, 0});
}
// What the kernel writes into a lock whose owner dies (futex(2)).
void die_holding(RobustMutex& lock) {
    *reinterpret_cast<std::uint32_t*>(&lock) = FUTEX_OWNER_DIED;
}

void nothing(const SegmentImage&) {}

void everywhere(const SegmentImage& image) {
    push(image, 1, 3);
    claim(image, 0, 2);
    save(image, 0, 1);
    claim(image, 1, 1);
    image.ring().hand(0).begin_work(0, 1);
    image.ring_area().hands[0].death = Cause::from_wait_status(11).encode();
    push(image, 4, 3);
}

void wrapped(const SegmentImage& image) {
    for (std::uint64_t n = 1; n <= 9; n += 3) {
        push(image, n, 3);
        claim(image, 0, 3);
        save(image, 0, 3);
        flush(image);
        image.storage().release(image.storage().durable());
    }
    push(image, 10, 3);
    claim(image, 2, 2);
    save(image, 2, 1);
}

void claim_cut_short(const SegmentImage& image) {
    wrapped(image);
    const Ring ring = image.ring();
    ring.hand(3).item(0).copy_from(ring.slot(ring.head()));
    ring.hand(3).set_word({ring.head(), 1, 0});
    die_holding(image.ring_area().pop_lock);
}

void save_cut_short(const SegmentImage& image) {
    push(image, 1, 3);
    claim(image, 1, 3);
    const HandWord before = image.ring().hand(1).word();
    save(image, 1, 2);
    image.ring().hand(1).set_word(before);
    die_holding(image.storage_area().save_lock);
    die_holding(image.storage_area().flush_lock);
}

void full_and_closed(const SegmentImage& image) {
    for (std::uint64_t n = 1; n <= 6; n += 3) {
        push(image, n, 3);
        claim(image, 0, 3);
        save(image, 0, 3);
    }
    push(image, 7, 3);
    claim(image, 0, 3);
    push(image, 10, 3);
    push(image, 13, 1);
    image.ring_area().closed = 1;
    image.ring_area().stop = 1;
}

void spool(const SegmentImage& image) {
    image.ring_area().ordered = 0;
    std::memset(image.ring_area().source.data(), 0, kMaxSpecBytes);
    put_text(image.ring_area().source, "spool:/srv/invoices");
    everywhere(image);
}

constexpr std::array kStates{nothing,        everywhere,      wrapped, claim_cut_short,
                             save_cut_short, full_and_closed, spool};

// ---- what can be changed ----

struct Field {
    bool in_ring;
    std::size_t offset;
    std::size_t width;  // bytes
    bool is_hand_word = false;
};

class Fields {
  public:
    explicit Fields(const SegmentImage& image) : image_(image) {
        RingArea& ring = image.ring_area();
        StorageArea& storage = image.storage_area();
        add_header(ring.header);
        add_header(storage.header);
        add(ring.start_position), add(ring.ordered), add(ring.source[0]), add(ring.source[9]);
        add(ring.source.back()), add(ring.ledger[0]), add(ring.ledger[9]), add(ring.ledger.back());
        add(ring.bytes_tail), add(storage.bytes_tail), add(storage.durable_bytes);
        add(ring.stop), add(ring.tail), add(ring.closed), add(ring.exhausted), add(ring.producer_process),
            add(ring.pid_namespace);
        add(ring.expected), add(ring.head);
        for (Condition* condition : {&ring.items, &ring.producer, &storage.room})
            add(condition->sequence), add(condition->waiting);
        for (RobustMutex* lock : {&ring.push_lock, &ring.pop_lock, &storage.save_lock, &storage.flush_lock})
            add_words(lock, sizeof *lock);
        for (const std::size_t place : {0U, 1U, 2U, 3U, 4U, 255U}) add_hand(place);
        for (std::uint32_t i = 0; i < kRingCapacity; ++i) add_item(image.ring().slot(i));
        add(storage.tail), add(storage.durable_word), add(storage.cursor), add(storage.released);
        for (Totals& totals : storage.totals)
            add(totals.booked), add(totals.rejected), add(totals.failed), add(totals.duplicates);
        for (std::uint32_t i = 0; i < kStorageCapacity; ++i) add_record(i);
    }
    [[nodiscard]] const std::vector<Field>& all() const { return fields_; }

  private:
    template <class T>
    void add(const T& field) {
        const auto* address = reinterpret_cast<const std::byte*>(&field);
        const std::byte* ring = image_.ring_memory().data();
        const bool in_ring = address >= ring && address < ring + image_.ring_memory().size();
        const std::byte* from = in_ring ? ring : image_.storage_memory().data();
        fields_.push_back({in_ring, static_cast<std::size_t>(address - from), sizeof field});
    }
    void add_words(const void* memory, std::size_t bytes) {
        for (std::size_t i = 0; i < bytes / 4; ++i) add(static_cast<const std::uint32_t*>(memory)[i]);
    }
    void add_header(SegmentHeader& header) {
        add(header.magic), add(header.layout_version), add(header.capacity), add(header.total_bytes);
        add(header.generation), add(header.byte_capacity);
    }
    void add_item(Item& item) {
        add(item.position), add(item.acquired_ns), add(item.extent), add(item.blame);
        add(item.id_length);
        add_span(item.id);
    }
    // The words of a span, or the first bytes of an id.
    void add_span(IdBytes& id) {
        for (std::size_t i = 0; i <= offsetof(ByteSpan, kind); ++i) add(id[i]);
    }
    void add_hand(std::size_t place) {
        HandArea& hand = image_.ring_area().hands[place];
        // Often: where an item is depends on it.
        for (int times = 0; times < 4; ++times) {
            add(hand.word);
            fields_.back().is_hand_word = true;
        }
        add(hand.work), add(hand.since_ns), add(hand.process), add(hand.death);
        for (const std::size_t i : {0U, 1U, 2U, 255U}) add_item(image_.ring_area().hand_items[place][i]);
    }
    void add_record(std::uint32_t i) {
        Record& record = image_.storage().record(i);
        add(record.ring_index), add(record.position), add(record.acquired_ns), add(record.saved_ns);
        add(record.place), add(record.attempts), add(record.status), add(record.parts);
        add(record.id_length), add(record.outcome);
        add_span(record.id);
        const Details& details = image_.storage().range(i, 1).details(0);
        add(details.present), add(details.currency[0]), add(details.supplier_length);
        add(details.reason_length), add(details.amounts[0]), add(details.supplier[0]), add(details.reason[0]);
    }

    const SegmentImage& image_;
    std::vector<Field> fields_;
};

// Reads the input's bytes; zeros when there are no more.
class Reader {
  public:
    explicit Reader(std::span<const std::uint8_t> input) : input_(input) {}
    [[nodiscard]] bool empty() const { return input_.empty(); }
    template <class T>
    T read() {
        T value{};
        const std::size_t count = std::min(sizeof value, input_.size());
        std::memcpy(&value, input_.data(), count);
        input_ = input_.subspan(count);
        return value;
    }

  private:
    std::span<const std::uint8_t> input_;
};

std::uint64_t changed_hand_word(std::uint64_t word, std::uint32_t value) {
    HandWord hand = HandWord::unpack(word);
    hand.first += static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int8_t>(value)));
    hand.count = (hand.count + (value >> 8U)) & 511U;
    hand.done = (hand.done + (value >> 20U)) & 511U;
    return hand.pack();
}

void change(const SegmentImage& image, const Field& field, std::uint8_t how, Reader& reader) {
    const GuardedMemory& memory = field.in_ring ? image.ring_memory() : image.storage_memory();
    std::uint64_t value = 0;
    std::memcpy(&value, memory.data() + field.offset, field.width);
    switch (how % 4) {
        case 0:
            value = reader.read<std::uint64_t>();
            break;
        case 1:
            value += static_cast<std::uint64_t>(static_cast<std::int64_t>(reader.read<std::int8_t>()));
            break;
        case 2:
            value ^= std::uint64_t{1} << (reader.read<std::uint8_t>() % 64U);
            break;
        default:
            value = field.is_hand_word ? changed_hand_word(value, reader.read<std::uint32_t>())
                                       : reader.read<std::uint8_t>();
    }
    std::memcpy(memory.data() + field.offset, &value, field.width);
}

}  // namespace

SegmentImage::SegmentImage()
    : ring_(Segments::ring_size({kRingCapacity, kByteCapacity})),
      storage_(Storage::size({kStorageCapacity, kResultCapacity})) {
    Ring::initialise(ring_area(), {kRingCapacity, kByteCapacity});
    Storage::initialise(storage_area(), {kStorageCapacity, kResultCapacity});
    ring_area().start_position = 1;
    ring_area().ordered = 1;
    put_text(ring_area().source, "sequence");
    put_text(ring_area().ledger, "sqlite:/srv/invoices.db");
    for (SegmentHeader* header : {&ring_area().header, &storage_area().header}) {
        header->generation = 0x1234'5678'9abc'def0;
        header->magic = header == &ring_area().header ? kRingMagic : kStorageMagic;
        header->total_bytes = header == &ring_area().header ? ring_.size() : storage_.size();
    }
}

const std::vector<std::unique_ptr<SegmentImage>>& sound_images() {
    static const auto images = [] {
        std::vector<std::unique_ptr<SegmentImage>> made;
        for (const auto state : kStates) {
            made.push_back(std::make_unique<SegmentImage>());
            state(*made.back());
            made.back()->ring_memory().keep();
            made.back()->storage_memory().keep();
        }
        return made;
    }();
    return images;
}

ChangedImage change_image(std::span<const std::uint8_t> input) {
    Reader reader(input);
    const SegmentImage& image = *sound_images()[reader.read<std::uint8_t>() % kStates.size()];
    static const Fields fields(*sound_images().front());
    ChangedImage changed{&image, image.ring_memory().size(), image.storage_memory().size()};
    while (!reader.empty()) {
        const auto what = reader.read<std::uint8_t>();
        if (what < 250) {
            const auto which = reader.read<std::uint16_t>() % fields.all().size();
            change(image, fields.all()[which], what, reader);
        } else if (what < 254) {  // any byte
            const GuardedMemory& memory = what % 2 == 0 ? image.ring_memory() : image.storage_memory();
            memory.data()[reader.read<std::uint32_t>() % memory.size()] =
                std::byte{reader.read<std::uint8_t>()};
        } else {
            auto& bytes = what % 2 == 0 ? changed.ring_bytes : changed.storage_bytes;
            bytes = reader.read<std::uint32_t>() % (bytes + 1);
        }
    }
    return changed;
}

}  // namespace pipeline::test
