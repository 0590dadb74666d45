// A parser fed with damaged records. It may refuse them, but it must neither fall over nor take nonsense for a record.
#include <faultline/corrupt.hpp>

#include <charconv>
#include <cstdio>
#include <optional>
#include <random>

namespace {

struct Order {
    int id;
    std::string item;
    int price;
    bool paid;
};
FAULTLINE_FIELDS(Order, id, item, price, paid)

std::string written(const Order& order)
{
    return std::to_string(order.id) + ';' + order.item + ';' + std::to_string(order.price) + ';' +
           (order.paid ? "paid" : "open");
}

/// The next field, which is taken off the line.
std::string_view field(std::string_view& line)
{
    const auto end = std::min(line.find(';'), line.size());
    const auto text = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return text;
}

std::optional<int> positive(std::string_view text)
{
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number <= 0) return std::nullopt;
    return number;
}

std::optional<Order> parsed(std::string_view line)
{
    const auto id = positive(field(line));
    const auto item = field(line);
    const auto price = positive(field(line));
    const auto state = field(line);
    if (!id || item.empty() || !price || (state != "paid" && state != "open") || !line.empty()) return std::nullopt;
    return Order{*id, std::string(item), *price, state == "paid"};
}

} // namespace

int main()
{
    std::mt19937 generator(7);
    const Order order{4711, "teapot", 1250, true};
    int refused = 0;
    int accepted = 0;
    for (int i = 0; i < 1000; ++i) {
        const auto damaged = faultline::corrupt(order, 0.3, generator); // wrong values, well written
        const auto line =
            faultline::corrupt(written(damaged), i % 2 == 0 ? 0.0 : 0.5, generator); // or a line that is none
        const auto record = parsed(line);
        if (!record) {
            ++refused;
        } else if (record->id > 0 && record->price > 0 && (record->item == "teapot" || record->item == "topaet")) {
            ++accepted;
        } else {
            std::printf("taken for a record: %s\n", line.c_str());
            return 1;
        }
    }
    std::printf("%d records accepted, %d refused\n", accepted, refused);
    return accepted > 0 && refused > 0 ? 0 : 1;
}
