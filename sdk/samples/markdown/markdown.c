/*
 * Turns Markdown (a subset of CommonMark 0.31, see README.md) into HTML that is safe to show whoever wrote it.
 *
 * Four passes, each linear in the body:
 *   1. clean: line ends become \n; control characters and broken UTF-8 become U+FFFD.
 *   2. blocks: lines build a tree of blocks; what a leaf says is copied together, without prefixes.
 *   3. scan: in a leaf, bytes that turned out to be markup are overwritten by the marks below.
 *   4. render: leaves are written out, marks as tags, everything else escaped.
 * Pass 3 may overwrite because a mark is a control character, and pass 1 left none of those.
 *
 * Nothing of the body reaches the output unescaped: there is no raw HTML and no entity, and a link leads to nothing
 * but http, https, mailto, tel or a relative address.
 */
#include "json.h" /* json_utf8 */

#define DEPTH_MAX 64u     /* open blocks, a list and its item being two; deeper markers are text */
#define BACKTICKS_MAX 80u /* longest run that delimits a code span */
#define PARENTHESES_MAX 32u

enum mark { /* 9 and 10 are the control characters that stay in the text */
  MARK_NOTHING = 1, /* the rest of markup that takes several bytes */
  MARK_EM = 2,
  MARK_EM_END = 3,
  MARK_STRONG = 4,
  MARK_STRONG_END = 5,
  MARK_CODE = 6,
  MARK_CODE_END = 7,
  MARK_LINK = 11,
  MARK_LINK_END = 12, /* behind it stands the target as it was written */
  MARK_IMAGE = 14,
  MARK_IMAGE_END = 15, /* the same */
  MARK_AUTOLINK = 16,
  MARK_AUTOLINK_END = 17
};

enum kind { DOCUMENT, QUOTE, LIST, ITEM, PARAGRAPH, HEADING, RULE, INDENTED_CODE, FENCED_CODE };

struct block {
  uint32_t next;   /* sibling; 0 for none, since block 0 is the document */
  uint32_t first;  /* containers: first child; leaves: where the text starts in `texts` */
  uint32_t last;   /* containers: last child; leaves: where the text ends */
  uint32_t number; /* HEADING: level; LIST: number of its first item; ITEM: columns its content is indented by */
  uint8_t kind;
  uint8_t marker; /* LIST: - + * or . ) */
  bool blank_end; /* the last line is blank: makes a list loose */
  uint8_t unused;
};

static uint8_t *texts;
static uint32_t texts_length;
static struct block *blocks;
static struct leat_buffer block_memory;
static uint32_t block_count;

static uint32_t open[DEPTH_MAX + 2]; /* the open blocks from the document down */
static uint32_t open_count;

static uint8_t fence_marker; /* of the fenced code that is open */
static uint32_t fence_length, fence_indent;

LEAT_INLINE bool is_space(uint8_t byte) { return byte == ' ' || byte == '\t'; }
LEAT_INLINE bool is_letter(uint8_t byte) { return (uint8_t)((byte | 0x20) - 'a') < 26; }
LEAT_INLINE bool is_punctuation(uint8_t byte) {
  return (byte >= '!' && byte <= '/') || (byte >= ':' && byte <= '@') || (byte >= '[' && byte <= '`') ||
         (byte >= '{' && byte <= '~');
}

/* ---- Pass 1 */

static uint8_t *clean(const uint8_t *body, uint32_t length, uint32_t *cleaned) {
  struct leat_buffer out = {0};
  uint32_t done = 0;
  if (!leat_buffer_grow(&out, length + 1)) return NULL;
  for (uint32_t i = 0; i < length;) {
    uint8_t byte = body[i];
    if ((byte >= 0x20 && byte < 0x7F) || byte == '\n' || byte == '\t') {
      i++;
      continue;
    }
    const uint8_t *next = byte >= 0x80 ? json_utf8(body + i) : NULL; /* the 0 behind the body ends a cut character */
    if (next != NULL) {
      i = (uint32_t)(next - body);
      continue;
    }
    leat_put(&out, body + done, i - done);
    done = ++i;
    if (byte != '\r') leat_put_text(&out, "\xEF\xBF\xBD");
    else if (i == length || body[i] != '\n') leat_put_byte(&out, '\n');
  }
  leat_put(&out, body + done, length - done);
  if (out.length == 0 || out.data[out.length - 1] != '\n') leat_put_byte(&out, '\n');
  *cleaned = out.length;
  return out.exhausted ? NULL : out.data;
}

/* ---- Pass 2 */

static const uint8_t *source;
static uint32_t line_end; /* where the current line's \n is */
static uint32_t at;       /* next byte of the line */
static uint32_t column;   /* of `at`, with tab stops of 4 */
static bool inside_tab;   /* `at` is a tab, part of whose columns are used up */
static uint32_t word;     /* first byte that is not white space */
static uint32_t indent;   /* columns between `at` and `word` */
static bool blank;

static void find_word(void) {
  uint32_t col = column;
  for (word = at; is_space(source[word]); word++) col += source[word] == '\t' ? 4 - col % 4 : 1;
  indent = col - column;
  blank = word == line_end;
}

static void advance(uint32_t columns) {
  while (columns > 0 && at < line_end) {
    uint32_t width = source[at] == '\t' ? 4 - column % 4 : 1;
    uint32_t step = width < columns ? width : columns;
    inside_tab = step < width;
    at += !inside_tab;
    column += step;
    columns -= step;
  }
}

static void advance_to_word(void) {
  column += indent;
  at = word;
  inside_tab = false;
}

/* Room for as many blocks as one line can open, so that none of them has to fail. */
static bool reserve_blocks(void) {
  uint32_t size = (DEPTH_MAX + 8) * (uint32_t)sizeof(struct block);
  block_memory.length = block_count * (uint32_t)sizeof(struct block);
  if (size > block_memory.capacity - block_memory.length && !leat_buffer_grow(&block_memory, size)) return false;
  blocks = (struct block *)block_memory.data;
  return true;
}

static uint32_t new_block(enum kind kind) {
  blocks[block_count] = (struct block){.kind = (uint8_t)kind};
  return block_count++;
}

static bool is_container(enum kind kind) { return kind <= ITEM; }

static void close_last(void) {
  struct block *block = &blocks[open[--open_count]];
  uint32_t end = block->last;
  if (block->kind == PARAGRAPH) {
    while (end > block->first && (is_space(texts[end - 1]) || texts[end - 1] == '\n')) end--;
    block->last = end;
  } else if (block->kind == INDENTED_CODE) { /* blank lines behind it are not part of it */
    uint32_t kept = end;
    while (end > block->first && (is_space(texts[end - 1]) || texts[end - 1] == '\n'))
      if (texts[--end] == '\n') kept = end + 1;
    block->last = end == block->first ? end : kept;
  }
}

static void close_to(uint32_t count) {
  while (open_count > count) close_last();
}

static struct block *add(enum kind kind) {
  while (kind == ITEM ? blocks[open[open_count - 1]].kind != LIST
                      : !is_container(blocks[open[open_count - 1]].kind) || blocks[open[open_count - 1]].kind == LIST)
    close_last();
  uint32_t block = new_block(kind);
  struct block *parent = &blocks[open[open_count - 1]];
  if (parent->first == 0) parent->first = block;
  else blocks[parent->last].next = block;
  parent->last = block;
  open[open_count++] = block;
  if (!is_container(kind)) blocks[block].first = blocks[block].last = texts_length;
  return &blocks[block];
}

/* Adds bytes to the last block, which is a leaf: its text is always at the end of `texts`. */
static void add_text(uint32_t from, uint32_t to) {
  __builtin_memcpy(texts + texts_length, source + from, to - from);
  texts_length += to - from;
  texts[texts_length++] = '\n';
  blocks[open[open_count - 1]].last = texts_length;
}

static void add_line(void) {
  if (inside_tab) {
    for (uint32_t rest = 4 - column % 4; rest > 0; rest--) texts[texts_length++] = ' ';
    at++;
    inside_tab = false;
  }
  add_text(at, line_end);
}

static uint32_t run_length(uint32_t from, uint8_t byte) {
  uint32_t to = from;
  while (source[to] == byte) to++;
  return to - from;
}

static uint32_t skip_space(uint32_t from) {
  while (is_space(source[from])) from++;
  return from;
}

/* Each open_ function answers whether the line starts such a block here, and opens it then, in the last of the `keep`
 * blocks that stay open. */

static bool open_rule(uint32_t keep) {
  uint8_t marker = source[word];
  uint32_t count = 0;
  if (marker != '*' && marker != '-' && marker != '_') return false;
  for (uint32_t i = word; i < line_end; i++) {
    if (source[i] == marker) count++;
    else if (!is_space(source[i])) return false;
  }
  if (count < 3) return false;
  close_to(keep);
  add(RULE);
  close_last();
  return true;
}

static bool open_heading(uint32_t keep) {
  uint32_t level = run_length(word, '#');
  if (level == 0 || level > 6 || (word + level != line_end && !is_space(source[word + level]))) return false;
  uint32_t from = skip_space(word + level), to = line_end;
  while (to > from && is_space(source[to - 1])) to--;
  uint32_t closing = to; /* a closing sequence of # behind white space, or alone */
  while (closing > from && source[closing - 1] == '#') closing--;
  if (closing == from || is_space(source[closing - 1])) to = closing;
  while (to > from && is_space(source[to - 1])) to--;
  close_to(keep);
  struct block *heading = add(HEADING);
  heading->number = level;
  add_text(from, to);
  heading->last--; /* without the \n */
  close_last();
  return true;
}

static bool open_fence(uint32_t keep) {
  uint8_t marker = source[word];
  if (marker != '`' && marker != '~') return false;
  uint32_t length = run_length(word, marker);
  if (length < 3) return false;
  uint32_t from = skip_space(word + length), to = line_end;
  if (marker == '`')
    for (uint32_t i = from; i < to; i++)
      if (source[i] == '`') return false;
  while (to > from && is_space(source[to - 1])) to--;
  fence_marker = marker;
  fence_length = length;
  fence_indent = indent;
  close_to(keep);
  add(FENCED_CODE);
  add_text(from, to); /* the first line of its text is the info string */
  return true;
}

static void step_into_quote(void) {
  advance(indent + 1);
  if (at < line_end && is_space(source[at])) advance(1);
}

static bool open_quote(uint32_t keep) {
  if (source[word] != '>' || keep + 2 > DEPTH_MAX) return false; /* the quote and a leaf */
  close_to(keep);
  step_into_quote();
  add(QUOTE);
  return true;
}

/* Opens an item, and a list around it unless it continues one. */
static bool open_item(uint32_t keep, bool in_paragraph) {
  uint32_t end = word, number = 0;
  uint8_t marker = source[word];
  if (marker != '-' && marker != '+' && marker != '*') {
    while (json_is_digit(source[end]) && end - word < 9) number = number * 10 + (source[end++] - '0');
    marker = source[end];
    if (end == word || (marker != '.' && marker != ')') || (in_paragraph && number != 1)) return false;
  }
  end++;
  bool empty = skip_space(end) == line_end;
  if ((end != line_end && !is_space(source[end])) || (in_paragraph && empty)) return false;
  if (keep + 3 > DEPTH_MAX) return false; /* the list, the item and a leaf */
  close_to(keep);
  uint32_t content = indent + (end - word);
  advance(content);
  find_word();
  uint32_t width = indent >= 5 || empty ? 1 : indent; /* more than four columns belong to indented code */
  content += width;
  advance(width);
  if (blocks[open[open_count - 1]].kind == PARAGRAPH) close_last();
  struct block *list = &blocks[open[open_count - 1]];
  if (list->kind != LIST || list->marker != marker) {
    list = add(LIST);
    list->marker = marker;
    list->number = number;
  }
  add(ITEM)->number = content;
  return true;
}

static bool closes_fence(void) {
  uint32_t length = run_length(word, fence_marker);
  return indent < 4 && length >= fence_length && skip_space(word + length) == line_end;
}

/* Steps over what continues the open blocks and answers how many it continues. */
static uint32_t continue_blocks(bool *ended_fence) {
  uint32_t matched = 1;
  for (; matched < open_count; matched++) {
    struct block *block = &blocks[open[matched]];
    find_word();
    switch ((enum kind)block->kind) {
      case QUOTE:
        if (indent > 3 || source[word] != '>') return matched;
        step_into_quote();
        break;
      case ITEM:
        if (blank && block->first == 0) return matched; /* one may begin with a blank line, not with two */
        if (indent >= block->number) advance(block->number);
        else if (blank) advance_to_word();
        else return matched;
        break;
      case PARAGRAPH:
        if (blank) return matched;
        break;
      case INDENTED_CODE:
        if (indent >= 4) advance(4);
        else if (blank) advance_to_word();
        else return matched;
        break;
      case FENCED_CODE:
        *ended_fence = closes_fence();
        if (*ended_fence) return matched;
        advance(indent < fence_indent ? indent : fence_indent);
        break;
      default: /* a list goes on as long as its items do */
        break;
    }
  }
  return matched;
}

static void read_line(void) {
  bool ended_fence = false, started = false;
  uint32_t keep = continue_blocks(&ended_fence);
  if (ended_fence) {
    close_to(keep);
    return;
  }
  enum kind kind = blocks[open[keep - 1]].kind;
  bool lazy = blocks[open[open_count - 1]].kind == PARAGRAPH; /* its text may go on without the prefixes */
  while (kind != INDENTED_CODE && kind != FENCED_CODE) {
    find_word();
    if (blank) break;
    if (indent >= 4) {
      if (lazy) break;
      close_to(keep);
      advance(4);
      add(INDENTED_CODE);
      started = true;
      break;
    }
    if (open_heading(keep) || open_fence(keep) || open_rule(keep)) {
      for (uint32_t i = 0; i < open_count; i++) blocks[open[i]].blank_end = false;
      return;
    }
    if (!open_quote(keep) && !open_item(keep, kind == PARAGRAPH)) break;
    kind = blocks[open[open_count - 1]].kind;
    keep = open_count;
    started = true;
    lazy = false;
  }
  find_word();
  lazy = lazy && !blank && keep < open_count;
  if (!started && !lazy) close_to(keep);
  struct block *last = &blocks[open[open_count - 1]];
  if (blank && is_container(last->kind) && last->first != 0) blocks[last->last].blank_end = true;
  for (uint32_t i = 0; i < open_count; i++) blocks[open[i]].blank_end = false;
  last->blank_end = blank && last->kind != QUOTE && last->kind != FENCED_CODE && !(last->kind == ITEM && started);
  if (last->kind == INDENTED_CODE || last->kind == FENCED_CODE) {
    add_line();
  } else if (!blank) {
    if (last->kind != PARAGRAPH) add(PARAGRAPH);
    advance_to_word();
    add_line();
  }
}

static bool read_blocks(const uint8_t *text, uint32_t length) {
  uint32_t lines = 0;
  for (uint32_t i = 0; i < length; i++) lines += text[i] == '\n';
  texts = leat_allocate(length + 2 * lines + 8); /* a tab that is cut in two may add two spaces to a line */
  block_memory = (struct leat_buffer){0};
  block_count = texts_length = 0;
  if (texts == NULL || !reserve_blocks()) return false;
  source = text;
  open[0] = new_block(DOCUMENT);
  open_count = 1;
  for (at = 0; at < length; at = line_end + 1) {
    for (line_end = at; text[line_end] != '\n'; line_end++) {}
    column = 0;
    inside_tab = false;
    if (!reserve_blocks()) return false;
    uint32_t line = line_end;
    read_line();
    line_end = line;
  }
  close_to(1);
  block_memory.length = block_count * (uint32_t)sizeof(struct block);
  leat_buffer_trim(&block_memory);
  return true;
}

/* ---- Links, for passes 3 and 4 */

struct target {
  uint32_t from, to; /* the address, escapes unresolved */
  uint32_t title, title_end;
  uint32_t end; /* behind the closing parenthesis */
};

static uint32_t skip_white(uint32_t from, uint32_t end) {
  while (from < end && (is_space(texts[from]) || texts[from] == '\n')) from++;
  return from;
}

static bool is_escape(uint32_t position, uint32_t end) {
  return texts[position] == '\\' && position + 1 < end && is_punctuation(texts[position + 1]);
}

static bool read_address(uint32_t *position, uint32_t end, struct target *target) {
  uint32_t i = *position;
  if (i < end && texts[i] == '<') {
    target->from = ++i;
    for (; i < end && texts[i] != '>'; i++) {
      if (texts[i] == '<' || texts[i] == '\n') return false;
      if (is_escape(i, end)) i++;
    }
    if (i >= end) return false;
    target->to = i;
    *position = i + 1;
    return true;
  }
  uint32_t depth = 0;
  target->from = i;
  for (; i < end && texts[i] != ' ' && texts[i] != '\t' && texts[i] != '\n'; i++) {
    if (is_escape(i, end)) i++;
    else if (texts[i] == '(' && ++depth > PARENTHESES_MAX) return false;
    else if (texts[i] == ')' && depth-- == 0) break;
  }
  target->to = i;
  *position = i;
  return depth == 0 || depth == UINT32_MAX; /* the latter: it ended at the parenthesis that closes the target */
}

/* Reads `(address "title")` at `position`. */
static bool read_target(uint32_t position, uint32_t end, struct target *target) {
  if (position >= end || texts[position] != '(') return false;
  uint32_t i = skip_white(position + 1, end);
  target->title = target->title_end = 0;
  if (!read_address(&i, end, target)) return false;
  uint32_t behind = skip_white(i, end);
  if (behind > i && behind < end && (texts[behind] == '"' || texts[behind] == '\'' || texts[behind] == '(')) {
    uint8_t opener = texts[behind], closer = opener == '(' ? ')' : opener;
    for (i = target->title = behind + 1; i < end && texts[i] != closer; i++) {
      if (opener == '(' && texts[i] == '(') return false;
      if (is_escape(i, end)) i++;
    }
    if (i >= end) return false;
    target->title_end = i;
    behind = skip_white(i + 1, end);
  }
  target->end = behind + 1;
  return behind < end && texts[behind] == ')';
}

static bool is_word(uint32_t from, uint32_t to, const char *lower) {
  for (; from < to && *lower != 0; from++, lower++)
    if ((texts[from] | 0x20) != *lower) return false;
  return from == to && *lower == 0;
}

/* Where a link may lead. What stands before a colon is a scheme to be allowed, unless a slash, question mark or hash
 * comes first and makes the address relative. An escape counts as the character that it is written out as. */
static bool is_safe(uint32_t from, uint32_t to) {
  for (uint32_t i = from; i < to; i++) {
    if (is_escape(i, to)) {
      if (texts[i + 1] == ':') return false; /* no honest address has that */
      continue;
    }
    if (texts[i] == '/' || texts[i] == '?' || texts[i] == '#') return true;
    if (texts[i] == ':')
      return is_word(from, i, "http") || is_word(from, i, "https") || is_word(from, i, "mailto") || is_word(from, i, "tel");
  }
  return true;
}

/* ---- Pass 3 */

/* A run of * or _ that may open or close emphasis; what is left of it stands at `from`. */
struct run {
  uint32_t from, count;
  uint32_t previous, next; /* run numbers from 1; 0 is none */
  uint8_t marker;
  uint8_t thirds; /* length modulo 3 */
  bool opens, closes;
};

struct bracket {
  uint32_t position; /* of [ or of the ! before it */
  uint32_t runs;     /* the last run before it */
};

static struct run *runs;
static uint32_t run_count, last_run;
static struct bracket *brackets;
static uint32_t bracket_count, dead_brackets; /* below the second, [ opens nothing any more */
static uint32_t backticks[BACKTICKS_MAX + 1]; /* last place of a run of each length, once all have been seen */
static bool backticks_seen;

enum class { WHITE, PUNCTUATION, OTHER };

/* Unicode's white space and punctuation as far as it is common in text with Latin letters. */
static enum class class_of(uint32_t code) {
  if (code == ' ' || code == '\t' || code == '\n' || code == 0xA0 || (code >= 0x2000 && code <= 0x200A) || code == 0x202F ||
      code == 0x205F || code == 0x3000)
    return WHITE;
  if (code < 0x80) return is_punctuation((uint8_t)code) || code < 0x20 ? PUNCTUATION : OTHER; /* marks were punctuation */
  if (code < 0xC0) return code == 0xAA || code == 0xB2 || code == 0xB3 || code == 0xB5 || code == 0xB9 || code == 0xBA ||
                          (code >= 0xBC && code <= 0xBE) || code == 0xAD ? OTHER : PUNCTUATION;
  if (code == 0xD7 || code == 0xF7) return PUNCTUATION;
  if ((code >= 0x2010 && code <= 0x2027) || (code >= 0x2030 && code <= 0x205E) || (code >= 0x20A0 && code <= 0x20C0) ||
      (code >= 0x2190 && code <= 0x23FF) || (code >= 0x3001 && code <= 0x3003) || (code >= 0x3008 && code <= 0x3011))
    return PUNCTUATION;
  return OTHER;
}

/* The character whose first byte is at `position`; the text is valid UTF-8. */
static uint32_t character(uint32_t position) {
  const uint8_t *b = texts + position;
  if (b[0] < 0x80) return b[0];
  if (b[0] < 0xE0) return (b[0] & 0x1Fu) << 6 | (b[1] & 0x3Fu);
  if (b[0] < 0xF0) return (b[0] & 0xFu) << 12 | (b[1] & 0x3Fu) << 6 | (b[2] & 0x3Fu);
  return (b[0] & 7u) << 18 | (b[1] & 0x3Fu) << 12 | (b[2] & 0x3Fu) << 6 | (b[3] & 0x3Fu);
}

static void add_run(uint32_t start, uint32_t from, uint32_t count, uint32_t end) {
  uint32_t before = from;
  if (before > start)
    do before--;
    while ((texts[before] & 0xC0) == 0x80);
  enum class left = before == from ? WHITE : class_of(character(before));
  enum class right = from + count == end ? WHITE : class_of(character(from + count));
  bool left_flanking = right != WHITE && (right != PUNCTUATION || left != OTHER);
  bool right_flanking = left != WHITE && (left != PUNCTUATION || right != OTHER);
  struct run run = {.from = from, .count = count, .previous = last_run, .marker = texts[from], .thirds = (uint8_t)(count % 3)};
  bool star = run.marker == '*';
  run.opens = left_flanking && (star || !right_flanking || left == PUNCTUATION);
  run.closes = right_flanking && (star || !left_flanking || right == PUNCTUATION);
  if (!run.opens && !run.closes) return;
  runs[++run_count] = run;
  if (last_run != 0) runs[last_run].next = run_count;
  last_run = run_count;
}

static void remove_run(uint32_t run) {
  uint32_t previous = runs[run].previous, next = runs[run].next;
  if (previous != 0) runs[previous].next = next;
  if (next != 0) runs[next].previous = previous;
  else last_run = previous;
}

/* Marks the emphasis among the runs behind run `bottom`, and forgets those (CommonMark 0.31, appendix A). */
static void mark_emphasis(uint32_t bottom) {
  uint32_t limits[2][2][3]; /* no opener for such a closer below */
  uint32_t closer = last_run;
  for (uint32_t i = 0; i < 12; i++) (&limits[0][0][0])[i] = bottom;
  while (closer > bottom && runs[closer].previous > bottom) closer = runs[closer].previous;
  if (closer <= bottom) closer = 0;
  while (closer != 0) {
    struct run *close = &runs[closer];
    if (!close->closes) {
      closer = close->next;
      continue;
    }
    uint32_t *limit = &limits[close->marker == '*'][close->opens][close->thirds];
    uint32_t opener = close->previous;
    while (opener > *limit) {
      struct run *open_run = &runs[opener];
      bool odd = (close->opens || open_run->closes) && close->thirds != 0 && (open_run->thirds + close->thirds) % 3 == 0;
      if (open_run->marker == close->marker && open_run->opens && !odd) break;
      opener = open_run->previous;
    }
    if (opener > *limit) {
      struct run *open_run = &runs[opener];
      bool strong = open_run->count >= 2 && close->count >= 2;
      uint32_t width = strong ? 2 : 1;
      open_run->count -= width;
      uint8_t *opening = texts + open_run->from + open_run->count, *closing = texts + close->from;
      opening[0] = strong ? MARK_STRONG : MARK_EM;
      closing[0] = strong ? MARK_STRONG_END : MARK_EM_END;
      if (strong) opening[1] = closing[1] = MARK_NOTHING;
      close->from += width;
      close->count -= width;
      open_run->next = closer; /* whatever stands between them opens and closes nothing any more */
      close->previous = opener;
      if (open_run->count == 0) remove_run(opener);
      if (close->count == 0) {
        uint32_t next = close->next;
        remove_run(closer);
        closer = next;
      }
    } else {
      uint32_t next = close->next;
      *limit = close->previous;
      if (!close->opens) remove_run(closer);
      closer = next;
    }
  }
  last_run = bottom;
  if (bottom != 0) runs[bottom].next = 0;
}

static void overwrite(uint32_t from, uint32_t count, enum mark mark) {
  texts[from] = (uint8_t)mark;
  for (uint32_t i = 1; i < count; i++) texts[from + i] = MARK_NOTHING;
}

static uint32_t run_of(uint32_t from, uint32_t end) {
  uint32_t to = from + 1;
  while (to < end && texts[to] == texts[from]) to++;
  return to - from;
}

/* Marks the code span that begins at `from`; answers where to go on. */
static uint32_t scan_code(uint32_t from, uint32_t end) {
  uint32_t length = run_of(from, end);
  uint32_t content = from + length;
  if (length > BACKTICKS_MAX || (backticks_seen && backticks[length] < content)) return content;
  for (uint32_t i = content; i < end;) {
    if (texts[i] != '`') {
      i++;
      continue;
    }
    uint32_t other = run_of(i, end);
    if (other <= BACKTICKS_MAX && !backticks_seen) backticks[other] = i;
    if (other == length) {
      overwrite(from, length, MARK_CODE);
      overwrite(i, length, MARK_CODE_END);
      return i + length;
    }
    i += other;
  }
  backticks_seen = true;
  return content;
}

/* Marks `<https://...>`; answers where to go on. */
static uint32_t scan_autolink(uint32_t from, uint32_t end) {
  uint32_t i = from + 1;
  while (i < end && is_letter(texts[i])) i++;
  if (i == from + 1 || i == end || texts[i] != ':') return from + 1;
  while (i < end && texts[i] > ' ' && texts[i] != '<' && texts[i] != '>') i++;
  if (i == end || texts[i] != '>' || !is_safe(from + 1, i)) return from + 1;
  texts[from] = MARK_AUTOLINK;
  texts[i] = MARK_AUTOLINK_END;
  return i + 1;
}

/* Marks the link or image whose ] is at `position`, if it is one; answers where to go on. */
static uint32_t scan_bracket_end(uint32_t position, uint32_t end) {
  struct target target;
  if (bracket_count == 0) return position + 1;
  struct bracket bracket = brackets[--bracket_count];
  bool image = texts[bracket.position] == '!';
  bool dead = !image && bracket_count < dead_brackets;
  if (dead_brackets > bracket_count) dead_brackets = bracket_count;
  if (dead || !read_target(position + 1, end, &target)) return position + 1;
  mark_emphasis(bracket.runs);
  if (image) {
    overwrite(bracket.position, 2, MARK_IMAGE);
    texts[position] = MARK_IMAGE_END;
  } else {
    texts[bracket.position] = MARK_LINK;
    texts[position] = MARK_LINK_END;
    dead_brackets = bracket_count; /* no link around a link */
  }
  return target.end;
}

static void scan(uint32_t start, uint32_t end) {
  run_count = last_run = bracket_count = dead_brackets = 0;
  backticks_seen = false;
  for (uint32_t i = 0; i <= BACKTICKS_MAX; i++) backticks[i] = 0;
  for (uint32_t i = start; i < end;) {
    switch (texts[i]) {
      case '\\':
        i += is_escape(i, end) ? 2 : 1;
        break;
      case '`':
        i = scan_code(i, end);
        break;
      case '<':
        i = scan_autolink(i, end);
        break;
      case '*':
      case '_': {
        uint32_t count = run_of(i, end);
        add_run(start, i, count, end);
        i += count;
        break;
      }
      case '!':
        if (i + 1 == end || texts[i + 1] != '[') {
          i++;
          break;
        }
        brackets[bracket_count++] = (struct bracket){i, last_run};
        i += 2;
        break;
      case '[':
        brackets[bracket_count++] = (struct bracket){i++, last_run};
        break;
      case ']':
        i = scan_bracket_end(i, end);
        break;
      default:
        i++;
    }
  }
  mark_emphasis(0);
}

/* Room for the runs and brackets of the leaf that has most. */
static bool reserve_scan(void) {
  uint32_t most_runs = 0, most_brackets = 0;
  for (uint32_t b = 0; b < block_count; b++) {
    uint32_t leaf_runs = 0, leaf_brackets = 0;
    if (blocks[b].kind != PARAGRAPH && blocks[b].kind != HEADING) continue;
    for (uint32_t i = blocks[b].first; i < blocks[b].last; i++) {
      leaf_runs += (texts[i] == '*' || texts[i] == '_') && (i == blocks[b].first || texts[i] != texts[i - 1]);
      leaf_brackets += texts[i] == '[';
    }
    if (leaf_runs > most_runs) most_runs = leaf_runs;
    if (leaf_brackets > most_brackets) most_brackets = leaf_brackets;
  }
  runs = leat_allocate((most_runs + 2) * (uint32_t)sizeof(struct run)); /* run 0 is none */
  brackets = leat_allocate((most_brackets + 1) * (uint32_t)sizeof(struct bracket));
  return runs != NULL && brackets != NULL;
}

/* ---- Pass 4 */

static struct leat_buffer out;

static void put_escaped(uint32_t from, uint32_t to) {
  uint32_t done = from;
  for (uint32_t i = from; i < to; i++) {
    uint8_t byte = texts[i];
    if (byte != '&' && byte != '<' && byte != '>' && byte != '"') continue;
    leat_put(&out, texts + done, i - done);
    done = i + 1;
    if (byte == '&') leat_put_text(&out, "&amp;");
    else if (byte == '<') leat_put_text(&out, "&lt;");
    else if (byte == '>') leat_put_text(&out, "&gt;");
    else leat_put_text(&out, "&quot;");
  }
  leat_put(&out, texts + done, to - done);
}

/* Escaped for HTML, with backslash escapes resolved. */
static void put_unescaped(uint32_t from, uint32_t to) {
  uint32_t done = from;
  for (uint32_t i = from; i < to; i++) {
    if (!is_escape(i, to)) continue;
    put_escaped(done, i);
    done = ++i;
  }
  put_escaped(done, to);
}

/* An address as an attribute: what may not stand in an address is percent-encoded. */
static void put_address(uint32_t from, uint32_t to) {
  static const char digits[] = "0123456789ABCDEF";
  for (uint32_t i = from; i < to; i++) {
    if (is_escape(i, to)) i++;
    uint8_t byte = texts[i];
    if (byte == '&') {
      leat_put_text(&out, "&amp;");
    } else if (is_letter(byte) || json_is_digit(byte) || byte == '-' || byte == '.' || byte == '_' || byte == '~' ||
               byte == '/' || byte == ':' || byte == '?' || byte == '#' || byte == '@' || byte == '!' || byte == '$' ||
               byte == '(' || byte == ')' || byte == '*' || byte == '+' || byte == ',' || byte == ';' || byte == '=' ||
               byte == '%') {
      leat_put_byte(&out, byte);
    } else {
      leat_put_byte(&out, '%');
      leat_put_byte(&out, (uint8_t)digits[byte >> 4]);
      leat_put_byte(&out, (uint8_t)digits[byte & 15]);
    }
  }
}

static void put_title(const struct target *target) {
  if (target->title == target->title_end) return;
  leat_put_text(&out, " title=\"");
  put_unescaped(target->title, target->title_end);
  leat_put_text(&out, "\"");
}

/* The text of a code span without one space on either side; line ends in it are spaces. */
static void put_code(uint32_t from, uint32_t to) {
  bool only_space = true;
  while (from < to && texts[from] == MARK_NOTHING) from++;
  for (uint32_t i = from; i < to; i++) {
    if (texts[i] == '\n') texts[i] = ' ';
    only_space = only_space && texts[i] == ' ';
  }
  if (!only_space && to - from > 2 && texts[from] == ' ' && texts[to - 1] == ' ') from++, to--;
  put_escaped(from, to);
}

static uint32_t find(uint32_t from, uint8_t mark) {
  while (texts[from] != mark) from++;
  return from;
}

/* The end mark of the link or image whose mark is at `from`. */
static uint32_t find_end(uint32_t from) {
  for (uint32_t depth = 1;;) {
    uint8_t byte = texts[++from];
    if (byte == MARK_LINK || byte == MARK_IMAGE) depth++;
    else if ((byte == MARK_LINK_END || byte == MARK_IMAGE_END) && --depth == 0) return from;
  }
}

static void render_text(uint32_t start, uint32_t end) {
  struct target target;
  uint32_t images = 0;      /* images around: their content is the text of an attribute, without tags */
  bool image_shown = false, link_shown = false;
  scan(start, end);
  for (uint32_t i = start; i < end;) {
    uint32_t from = i;
    /* Most of a text is none of these. */
    while (i < end && texts[i] > ' ' && texts[i] != '\\') i++;
    put_escaped(from, i);
    if (i == end) break;
    switch (texts[i]) {
      case '\\':
        if (i + 1 < end && texts[i + 1] == '\n') {
          if (images == 0) leat_put_text(&out, "<br />");
          i++;
        } else if (is_escape(i, end)) {
          put_escaped(i + 1, i + 2);
          i += 2;
        } else {
          leat_put_byte(&out, '\\');
          i++;
        }
        break;
      case ' ': {
        uint32_t behind = i;
        while (behind < end && texts[behind] == ' ') behind++;
        if (behind == end || texts[behind] != '\n') leat_put(&out, texts + i, behind - i);
        else if (behind - i >= 2 && images == 0) leat_put_text(&out, "<br />");
        i = behind;
        break;
      }
      case MARK_EM:
        if (images == 0) leat_put_text(&out, "<em>");
        i++;
        break;
      case MARK_EM_END:
        if (images == 0) leat_put_text(&out, "</em>");
        i++;
        break;
      case MARK_STRONG:
        if (images == 0) leat_put_text(&out, "<strong>");
        i++;
        break;
      case MARK_STRONG_END:
        if (images == 0) leat_put_text(&out, "</strong>");
        i++;
        break;
      case MARK_CODE: {
        uint32_t to = find(i, MARK_CODE_END);
        if (images == 0) leat_put_text(&out, "<code>");
        put_code(i + 1, to);
        if (images == 0) leat_put_text(&out, "</code>");
        i = to + 1;
        break;
      }
      case MARK_LINK:
        if (images == 0) {
          read_target(find_end(i) + 1, end, &target);
          link_shown = is_safe(target.from, target.to);
          if (link_shown) {
            leat_put_text(&out, "<a href=\"");
            put_address(target.from, target.to);
            leat_put_text(&out, "\"");
            put_title(&target);
            leat_put_text(&out, ">");
          }
        }
        i++;
        break;
      case MARK_LINK_END:
        if (images == 0 && link_shown) {
          leat_put_text(&out, "</a>");
          link_shown = false;
        }
        read_target(i + 1, end, &target);
        i = target.end;
        break;
      case MARK_IMAGE:
        if (images++ == 0) {
          read_target(find_end(i) + 1, end, &target);
          image_shown = is_safe(target.from, target.to);
          if (image_shown) {
            leat_put_text(&out, "<img src=\"");
            put_address(target.from, target.to);
            leat_put_text(&out, "\" alt=\"");
          }
        }
        i++;
        break;
      case MARK_IMAGE_END:
        read_target(i + 1, end, &target);
        if (--images == 0 && image_shown) {
          leat_put_text(&out, "\"");
          put_title(&target);
          leat_put_text(&out, " />");
        }
        i = target.end;
        break;
      case MARK_AUTOLINK: {
        uint32_t to = find(i, MARK_AUTOLINK_END);
        bool shown = images == 0 && !link_shown;
        if (shown) {
          leat_put_text(&out, "<a href=\"");
          put_address(i + 1, to);
          leat_put_text(&out, "\">");
        }
        put_escaped(i + 1, to);
        if (shown) leat_put_text(&out, "</a>");
        i = to + 1;
        break;
      }
      case '\n':
      case '\t':
        leat_put_byte(&out, texts[i++]);
        break;
      default: /* MARK_NOTHING */
        i++;
    }
  }
}

static bool ends_blank(const struct block *block) {
  for (;;) {
    if (block->blank_end) return true;
    if ((block->kind != LIST && block->kind != ITEM) || block->last == 0) return false;
    block = &blocks[block->last];
  }
}

/* A list is loose when a blank line separates two of its items or two blocks of an item. */
static bool is_loose(const struct block *list) {
  for (uint32_t i = list->first; i != 0; i = blocks[i].next) {
    if (blocks[i].blank_end && blocks[i].next != 0) return true;
    for (uint32_t j = blocks[i].first; j != 0; j = blocks[j].next)
      if ((blocks[i].next != 0 || blocks[j].next != 0) && ends_blank(&blocks[j])) return true;
  }
  return false;
}

static void new_line(void) {
  if (out.length != 0 && out.data[out.length - 1] != '\n') leat_put_byte(&out, '\n');
}

static void render_heading(const struct block *block) {
  uint8_t tag[] = {'<', 'h', (uint8_t)('0' + block->number), '>'};
  uint8_t end_tag[] = {'<', '/', 'h', (uint8_t)('0' + block->number), '>', '\n'};
  leat_put(&out, tag, sizeof tag);
  render_text(block->first, block->last);
  leat_put(&out, end_tag, sizeof end_tag);
}

static void render_code(const struct block *block) {
  uint32_t from = block->first;
  leat_put_text(&out, "<pre><code");
  if (block->kind == FENCED_CODE) {
    uint32_t language = from;
    while (texts[language] != '\n' && !is_space(texts[language])) language++;
    if (language > from) {
      leat_put_text(&out, " class=\"language-");
      put_unescaped(from, language);
      leat_put_text(&out, "\"");
    }
    while (texts[from++] != '\n') {}
  }
  leat_put_text(&out, ">");
  put_escaped(from, block->last);
  leat_put_text(&out, "</code></pre>\n");
}

/* `tight`: the block is in an item of a tight list, where paragraphs have no tags. The depth is DEPTH_MAX at most. */
static void render(const struct block *block, bool tight) {
  if (!(block->kind == PARAGRAPH && tight)) new_line();
  switch ((enum kind)block->kind) {
    case PARAGRAPH:
      if (!tight) leat_put_text(&out, "<p>");
      render_text(block->first, block->last);
      if (!tight) leat_put_text(&out, "</p>\n");
      return;
    case HEADING:
      render_heading(block);
      return;
    case RULE:
      leat_put_text(&out, "<hr />\n");
      return;
    case INDENTED_CODE:
    case FENCED_CODE:
      render_code(block);
      return;
    case QUOTE:
      leat_put_text(&out, "<blockquote>\n");
      break;
    case ITEM:
      leat_put_text(&out, "<li>");
      break;
    case LIST:
      if (block->marker != '.' && block->marker != ')') {
        leat_put_text(&out, "<ul>\n");
      } else if (block->number == 1) {
        leat_put_text(&out, "<ol>\n");
      } else {
        leat_put_text(&out, "<ol start=\"");
        leat_put_number(&out, block->number);
        leat_put_text(&out, "\">\n");
      }
      tight = !is_loose(block);
      break;
    default:
      break;
  }
  for (uint32_t child = block->first; child != 0; child = blocks[child].next)
    render(&blocks[child], tight && (block->kind == LIST || block->kind == ITEM));
  if (block->kind == QUOTE) {
    new_line();
    leat_put_text(&out, "</blockquote>\n");
  } else if (block->kind == ITEM) {
    leat_put_text(&out, "</li>\n");
  } else if (block->kind == LIST) {
    if (block->marker == '.' || block->marker == ')') leat_put_text(&out, "</ol>\n");
    else leat_put_text(&out, "</ul>\n");
  }
}

static uint64_t leat_handle(uint8_t *body, uint32_t length) {
  uint32_t cleaned;
  uint8_t *text = clean(body, length, &cleaned);
  out = (struct leat_buffer){0};
  out.exhausted = text == NULL || !read_blocks(text, cleaned) || !reserve_scan();
  if (!out.exhausted) {
    leat_buffer_grow(&out, length + length / 4 + 64);
    render(&blocks[0], false);
  }
  leat_response_header(LEAT_TEXT("content-type"), LEAT_TEXT("text/html; charset=utf-8"));
  return leat_buffer_response(&out);
}
