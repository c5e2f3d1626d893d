/* generators.c - the texts of sample values
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "synth/generators.h"

#include <string.h>

enum { PHONES = 100000000 };

/* What a number is drawn for, so that no two values hang together. */
enum draw {
    DRAW_ADDRESS = GARIM_SAMPLE_COUNT, /* below: who has no phone, no email */
    DRAW_AMOUNT,
    DRAW_BANK_ACCOUNT,
    DRAW_BRAND,
    DRAW_CARD,
    DRAW_CATEGORY,
    DRAW_CURRENCY,
    DRAW_DEVICE_HIGH,
    DRAW_DEVICE_LOW,
    DRAW_IP,
    DRAW_NAME,
    DRAW_PHONE_STYLE,
    DRAW_STATUS,
    DRAW_TEXT, /* the last: the field's place is added */
};

/* Text in both scripts. */
struct word {
    char latin[24];
    char hangul[32];
};

static const struct word surnames[16] = {
    {"Kim", "김"},  {"Lee", "이"},  {"Park", "박"}, {"Choi", "최"},
    {"Jung", "정"}, {"Kang", "강"}, {"Cho", "조"},  {"Yoon", "윤"},
    {"Jang", "장"}, {"Lim", "임"},  {"Han", "한"},  {"Oh", "오"},
    {"Seo", "서"},  {"Shin", "신"}, {"Kwon", "권"}, {"Hwang", "황"},
};

static const struct word first_syllables[16] = {
    {"Min", "민"}, {"Seo", "서"},  {"Ji", "지"},  {"Do", "도"},
    {"Ha", "하"},  {"Ye", "예"},   {"Joo", "주"}, {"Si", "시"},
    {"Soo", "수"}, {"Yoo", "유"},  {"Eun", "은"}, {"Hyun", "현"},
    {"Jae", "재"}, {"Chae", "채"}, {"Na", "나"},  {"Tae", "태"},
};

static const struct word last_syllables[16] = {
    {"jun", "준"},  {"yeon", "연"},  {"woo", "우"}, {"yoon", "윤"},
    {"hyun", "현"}, {"eun", "은"},   {"ah", "아"},  {"min", "민"},
    {"bin", "빈"},  {"won", "원"},   {"ho", "호"},  {"hee", "희"},
    {"jin", "진"},  {"young", "영"}, {"rin", "린"}, {"kyung", "경"},
};

static const struct word districts[16] = {
    {"Gangnam-gu, Seoul", "서울특별시 강남구"},
    {"Mapo-gu, Seoul", "서울특별시 마포구"},
    {"Songpa-gu, Seoul", "서울특별시 송파구"},
    {"Jongno-gu, Seoul", "서울특별시 종로구"},
    {"Haeundae-gu, Busan", "부산광역시 해운대구"},
    {"Saha-gu, Busan", "부산광역시 사하구"},
    {"Suseong-gu, Daegu", "대구광역시 수성구"},
    {"Yeonsu-gu, Incheon", "인천광역시 연수구"},
    {"Bupyeong-gu, Incheon", "인천광역시 부평구"},
    {"Buk-gu, Gwangju", "광주광역시 북구"},
    {"Yuseong-gu, Daejeon", "대전광역시 유성구"},
    {"Nam-gu, Ulsan", "울산광역시 남구"},
    {"Suwon-si, Gyeonggi-do", "경기도 수원시"},
    {"Goyang-si, Gyeonggi-do", "경기도 고양시"},
    {"Jeonju-si, Jeonbuk", "전북 전주시"},
    {"Jeju-si, Jeju-do", "제주도 제주시"},
};

static const struct word roads[16] = {
    {"Jungang-ro", "중앙로"},   {"Haneul-ro", "하늘로"},
    {"Namu-gil", "나무길"},     {"Bada-ro", "바다로"},
    {"Dalbit-ro", "달빛로"},    {"Byeol-gil", "별길"},
    {"Saebom-ro", "새봄로"},    {"Hangang-daero", "한강대로"},
    {"Sinchon-ro", "신촌로"},   {"Yeokjeon-ro", "역전로"},
    {"Gongwon-ro", "공원로"},   {"Hakgyo-gil", "학교길"},
    {"Sijang-ro", "시장로"},    {"Haebyeon-ro", "해변로"},
    {"Pyeonghwa-ro", "평화로"}, {"Cheongsa-ro", "청사로"},
};

static const char brands[16][8] = {
    "Gaon", "Haneul", "Bada", "Namu",  "Byeol", "Saebom", "Dalbit", "Maru",
    "Nuri", "Hanbit", "Sol",  "Areum", "Duri",  "Onnuri", "Mirae",  "Barun",
};

static const char categories[16][5] = {
    "5411", "5812", "5814", "5541", "5912", "5311", "5732", "5651",
    "4111", "4121", "4814", "4900", "5942", "7832", "8062", "5999",
};

static const char words[32][12] = {
    "monthly",  "order", "gift",    "refund", "coffee", "lunch",  "ticket",
    "parking",  "taxi",  "rent",    "school", "travel", "market", "online",
    "delivery", "book",  "family",  "dinner", "repair", "phone",  "water",
    "electric", "gas",   "medical", "sports", "music",  "garden", "flowers",
    "transfer", "fee",   "deposit", "thanks",
};

/* ---- writing; each returns the new end of the text ---- */

static char *add(char *to, const char *text)
{
    return stpcpy(to, text);
}

/* The last `digits` digits of `value`, with leading zeros. */
static char *add_digits(char *to, uint64_t value, size_t digits)
{
    for (size_t i = digits; i > 0; i--) {
        to[i - 1] = (char)('0' + value % 10);
        value /= 10;
    }
    return to + digits;
}

static char *add_number(char *to, uint64_t value)
{
    size_t digits = 1;
    for (uint64_t rest = value / 10; rest > 0; rest /= 10)
        digits++;
    return add_digits(to, value, digits);
}

/* `count` digits in a base of at most 36. */
static char *add_in_base(char *to, uint64_t value, unsigned base, size_t count)
{
    static const char symbols[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    for (size_t i = count; i > 0; i--) {
        to[i - 1] = symbols[value % base];
        value /= base;
    }
    return to + count;
}

static char *add_lower(char *to, const char *text)
{
    for (; *text != '\0'; text++)
        *to++ = (char)(*text | 0x20);
    return to;
}

static const char *spelled(const struct word *word, bool hangul)
{
    return hangul ? word->hangul : word->latin;
}

/* ---- names ---- */

struct name {
    const struct word *surname, *first, *last;
};

static struct name draw_name(const struct garim_synth_someone *someone)
{
    uint64_t h = garim_synth_mix(someone->hash, DRAW_NAME);
    /* A product of two even draws: the first surnames are the common ones. */
    uint64_t skewed = (h & 0xffff) * (h >> 16 & 0xffff);
    return (struct name){
        .surname = &surnames[skewed >> 28],
        .first = &first_syllables[h >> 32 & 15],
        .last = &last_syllables[h >> 36 & 15],
    };
}

static size_t put_name(const struct garim_synth_someone *someone, bool hangul,
                       char *out)
{
    struct name name = draw_name(someone);
    char *end = out;
    if (hangul) end = add(end, name.surname->hangul);
    end = add(end, spelled(name.first, hangul));
    end = add(end, spelled(name.last, hangul));
    if (!hangul) end = add(add(end, " "), name.surname->latin);
    return (size_t)(end - out);
}

static size_t write_name(const struct garim_synth_row *row,
                         const struct garim_field *field, char *out)
{
    (void)field;
    return put_name(&row->person, false, out);
}

static size_t write_name_kr(const struct garim_synth_row *row,
                            const struct garim_field *field, char *out)
{
    return put_name(&row->person, field->page->utf8, out);
}

static size_t write_counterparty(const struct garim_synth_row *row,
                                 const struct garim_field *field, char *out)
{
    return put_name(&row->counterparty, field->page->utf8, out);
}

/* ---- what else a person has ---- */

static size_t write_account(const struct garim_synth_row *row,
                            const struct garim_field *field, char *out)
{
    enum { PREFIX = 3, FULL = 16, SHORTEST = 11 };
    size_t room = field->bytes < FULL ? field->bytes : FULL;
    char *end = out;
    if (room >= SHORTEST) end = add(end, "ACC");
    end = add_digits(end, row->person.number, room - (size_t)(end - out));
    return (size_t)(end - out);
}

static size_t write_address(const struct garim_synth_row *row,
                            const struct garim_field *field, char *out)
{
    uint64_t h = garim_synth_mix(row->person.hash, DRAW_ADDRESS);
    const struct word *district = &districts[h & 15];
    const struct word *road = &roads[h >> 4 & 15];
    uint64_t house = 1 + (h >> 8 & 255);
    uint64_t block = 101 + (h >> 16 & 15);
    uint64_t flat = 100 * (1 + (h >> 20 & 15)) + 1 + (h >> 24 & 3);
    char *end = out;
    if (field->page->utf8) {
        end = add(add(end, district->hangul), " ");
        end = add(add(end, road->hangul), " ");
        end = add(add_number(end, house), ", ");
        end = add(add_number(end, block), "동 ");
        end = add(add_number(end, flat), "호");
    } else {
        end = add(add_number(end, block), "-");
        end = add(add_number(end, flat), ", ");
        end = add(add_number(end, house), " ");
        end = add(add(end, road->latin), ", ");
        end = add(end, district->latin);
    }
    return (size_t)(end - out);
}

static size_t write_bank_account(const struct garim_synth_row *row,
                                 const struct garim_field *field, char *out)
{
    (void)field;
    uint64_t h = garim_synth_mix(row->person.hash, DRAW_BANK_ACCOUNT);
    char *end = add(out, "110-");
    end = add(add_digits(end, h >> 40, 4), "-");
    end = add_digits(end, h & 0xffffffff, 6);
    return (size_t)(end - out);
}

static size_t write_card(const struct garim_synth_row *row,
                         const struct garim_field *field, char *out)
{
    static const char issuers[4][5] = {"4539", "5424", "9490", "3569"};
    enum { BODY = 15 };
    (void)field;
    uint64_t h = garim_synth_mix(row->person.hash, DRAW_CARD);
    (void)add_digits(add(out, issuers[h >> 62]), h & 0xffffffffffff, BODY - 4);
    unsigned sum = 0;
    for (unsigned i = 0; i < BODY; i++) {
        unsigned digit = (unsigned)(out[i] - '0') << (i % 2 == 0);
        sum += digit - (digit > 9 ? 9 : 0);
    }
    out[BODY] = (char)('0' + (1000 - sum) % 10);
    return BODY + 1;
}

static size_t write_device(const struct garim_synth_row *row,
                           const struct garim_field *field, char *out)
{
    (void)field;
    uint64_t high = garim_synth_mix(row->person.hash, DRAW_DEVICE_HIGH);
    uint64_t low = garim_synth_mix(row->person.hash, DRAW_DEVICE_LOW);
    (void)add_in_base(add_in_base(out, high, 16, 16), low, 16, 16);
    return 32;
}

/* The number makes it unique; the name gives way where there is no room. */
static size_t write_email(const struct garim_synth_row *row,
                          const struct garim_field *field, char *out)
{
    enum { NUMBER = 5 }; /* base 36 */
    static const char domains[4][16] = {"@example.com", "@example.net",
                                        "@example.org", "@mail.example"};
    const char *domain = domains[row->person.hash >> 62];
    struct name name = draw_name(&row->person);
    char *end = add_lower(out, name.first->latin);
    end = add(add_lower(end, name.last->latin), ".");
    end = add_lower(end, name.surname->latin);
    if ((size_t)(end - out) + NUMBER + strlen(domain) > field->bytes) end = out;
    end = add_in_base(end, row->person.number, 36, NUMBER);
    return (size_t)(add(end, domain) - out);
}

static size_t write_ip(const struct garim_synth_row *row,
                       const struct garim_field *field, char *out)
{
    (void)field;
    uint64_t h = garim_synth_mix(row->person.hash, DRAW_IP);
    char *end = add(add_number(add(out, "10."), h & 255), ".");
    end = add(add_number(end, h >> 8 & 255), ".");
    return (size_t)(add_number(end, h >> 16 & 255) - out);
}

static size_t write_phone_kr(const struct garim_synth_row *row,
                             const struct garim_field *field, char *out)
{
    static const struct {
        unsigned percent;
        char prefix[8], hyphen[2];
    } styles[] = {{94, "010-", "-"}, {97, "010", ""}, {100, "+82 10-", "-"}};
    (void)field;
    uint64_t h = garim_synth_mix(row->person.hash, DRAW_PHONE_STYLE);
    uint64_t percent = garim_synth_below(h, 100);
    size_t style = 0;
    while (percent >= styles[style].percent)
        style++;
    /* The factor shares no divisor with PHONES: no two persons, one number. */
    uint64_t number = (row->person.number * 61803399 + 14159265) % PHONES;
    char *end = add_digits(add(out, styles[style].prefix), number / 10000, 4);
    end = add_digits(add(end, styles[style].hyphen), number, 4);
    return (size_t)(end - out);
}

/* ---- what a purchase has ---- */

static size_t write_amount(const struct garim_synth_row *row,
                           const struct garim_field *field, char *out)
{
    (void)field;
    uint64_t h = garim_synth_mix(row->hash, DRAW_AMOUNT);
    uint64_t base = (uint64_t)1 << garim_synth_below(h, 12);
    return (size_t)(add_number(out, 500 * (base + (h & (base - 1)))) - out);
}

static size_t write_category(const struct garim_synth_row *row,
                             const struct garim_field *field, char *out)
{
    (void)field;
    uint64_t h = garim_synth_mix(row->merchant.hash, DRAW_CATEGORY);
    return (size_t)(add(out, categories[h >> 60]) - out);
}

static size_t write_currency(const struct garim_synth_row *row,
                             const struct garim_field *field, char *out)
{
    static const char foreign[4][4] = {"USD", "JPY", "EUR", "CNY"};
    (void)field;
    uint64_t h = garim_synth_mix(row->hash, DRAW_CURRENCY);
    bool home = garim_synth_below(h, 100) < 95;
    return (size_t)(add(out, home ? "KRW" : foreign[h & 3]) - out);
}

static size_t write_merchant(const struct garim_synth_row *row,
                             const struct garim_field *field, char *out)
{
    (void)field;
    uint64_t h = garim_synth_mix(row->merchant.hash, DRAW_BRAND);
    char *end = add(add(out, brands[h >> 60]), " ");
    return (size_t)(add_digits(end, row->merchant.number, 5) - out);
}

static size_t write_status(const struct garim_synth_row *row,
                           const struct garim_field *field, char *out)
{
    (void)field;
    uint64_t h = garim_synth_mix(row->hash, DRAW_STATUS);
    out[0] = garim_synth_below(h, 100) < 96 ? 'A' : "CDPR"[h & 3];
    return 1;
}

static size_t write_text(const struct garim_synth_row *row,
                         const struct garim_field *field, char *out)
{
    uint64_t h = garim_synth_mix(row->hash, DRAW_TEXT + field->at);
    char *end = out;
    for (uint64_t count = 2 + (h >> 62); count > 0; count--) {
        end = add(end, words[h & 31]);
        if (count > 1) end = add(end, " ");
        h >>= 5;
    }
    return (size_t)(end - out);
}

/* The last of the lines that fits; char fields only but for the first. */
static size_t write_timestamp(const struct garim_synth_row *row,
                              const struct garim_field *field, char *out)
{
    enum { PER_SECOND = 64, DAY = 86400, ERA = 146097 };
    uint64_t seconds = row->record / PER_SECOND % ((uint64_t)1 << 33);
    uint64_t second = seconds % DAY;
    /* Days and years from 2000-03-01 on, so that a leap day ends a year. */
    uint64_t day = seconds / DAY + 9437;
    uint64_t era = day / ERA;
    day %= ERA;
    uint64_t year = (day - day / 1460 + day / 36524 - day / (ERA - 1)) / 365;
    day -= 365 * year + year / 4 - year / 100;
    uint64_t month = (5 * day + 2) / 153;
    day -= (153 * month + 2) / 5;
    year += 2000 + 400 * era + (month >= 10);
    month = month < 10 ? month + 3 : month - 9;

    const uint64_t parts[] = {year,
                              month,
                              day + 1,
                              second / 3600,
                              second / 60 % 60,
                              second % 60,
                              row->record % PER_SECOND * 15625};
    static const unsigned char digits[] = {4, 2, 2, 2, 2, 2, 6};
    static_assert(sizeof digits == sizeof parts / sizeof *parts,
                  "each part has its digits");
    bool spaced = (field->type->traits & GARIM_TYPE_TEXT) != 0 &&
                  (field->bytes == 10 || field->bytes >= 19);
    size_t count = spaced && field->bytes >= 26 ? 7 : 6;
    char *end = out;
    for (size_t i = 0; i < count; i++) {
        if (spaced && i > 0) *end++ = "?-- ::."[i];
        end = add_digits(end, parts[i], digits[i]);
    }
    size_t bytes = (size_t)(end - out);
    return bytes < field->bytes ? bytes : field->bytes;
}

const struct garim_synth_generator garim_synth_generators[] = {
    [GARIM_SAMPLE_ACCOUNT] = {write_account, false},
    [GARIM_SAMPLE_ADDRESS] = {write_address, false},
    [GARIM_SAMPLE_AMOUNT] = {write_amount, false},
    [GARIM_SAMPLE_BANK_ACCOUNT] = {write_bank_account, false},
    [GARIM_SAMPLE_CARD] = {write_card, false},
    [GARIM_SAMPLE_CATEGORY] = {write_category, false},
    [GARIM_SAMPLE_COUNTERPARTY] = {write_counterparty, false},
    [GARIM_SAMPLE_CURRENCY] = {write_currency, false},
    [GARIM_SAMPLE_DEVICE] = {write_device, false},
    [GARIM_SAMPLE_EMAIL] = {write_email, true},
    [GARIM_SAMPLE_IP] = {write_ip, false},
    [GARIM_SAMPLE_MERCHANT] = {write_merchant, false},
    [GARIM_SAMPLE_NAME] = {write_name, false},
    [GARIM_SAMPLE_NAME_KR] = {write_name_kr, false},
    [GARIM_SAMPLE_PHONE_KR] = {write_phone_kr, true},
    [GARIM_SAMPLE_STATUS] = {write_status, false},
    [GARIM_SAMPLE_TEXT] = {write_text, false},
    [GARIM_SAMPLE_TIMESTAMP] = {write_timestamp, false},
};
static_assert(sizeof garim_synth_generators / sizeof *garim_synth_generators ==
                  GARIM_SAMPLE_COUNT,
              "a generator for each sample");
