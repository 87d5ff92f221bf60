package dev.leat.worker.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.leat.testkit.Seed;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What statements read and change, and which are not taken. */
final class SqlReaderTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      textBlock =
          """
          select 1                                                                  ~
          SELECT a, b x FROM orders WHERE id = ? ORDER BY a DESC NULLS LAST LIMIT 9 ~ orders
          select * from Orders o join CUSTOMERS as c on o.c = c.id, third           ~ orders customers third
          select o.*, x.y from orders o left outer join x using (a, b)              ~ orders x
          select count(*), count(distinct a) from t group by b having sum(c) > 1    ~ t
          select (select max(a) from s1) from t where exists (select 1 from s2)     ~ t s1 s2
          select a from t where b in (select c from s) and d = any (select 1 from u) ~ t s u
          select case when a = 1 then 'x' else (select y from z) end from t         ~ t z
          select a from t order by (select b from s)                                ~ t s
          select a from t limit (select b from s)                                   ~ t s
          select a from t group by (select b from s) having (select c from u) > 1   ~ t s u
          select a from t join s on s.x = (select y from u)                         ~ t s u
          select sum((select a from s)) over (partition by b order by c) from t     ~ t s
          select coalesce((select a from s), 1) || upper(b) from t                  ~ t s
          select cast((select a from s) as text), extract(year from c) from t       ~ t s
          select * from a union select * from b union all (select * from c)         ~ a b c
          select * from a except select * from b intersect select * from c          ~ a b c
          select * from (select * from (select * from deep) x) y                    ~ deep
          select * from public.orders, other.orders                                 ~ public/orders other/orders
          select * from "Orders", "orders", orders, "s"."t"                         ~ "Orders" "orders" orders "s"/"t"
          with a as (select * from t) select * from a                               ~ t
          with t as (select * from t) select * from t                               ~ t
          with a as (select 1), b(x) as (select * from a) select * from b, a, c     ~ c
          with recursive t(n) as (select 1 union all select n + 1 from t) select * from t ~
          with a as (select 1) select * from t where exists (with b as (select * from a, s) select 1 from b) ~ t s
          select * from (with t as (select * from s) select * from t) x, t          ~ s t
          /* delete from x */ select a from t -- from y                             ~ t
          """)
  void queries(String sql, String reads) {
    assertThat(understood(sql).changes()).isFalse();
    assertThat(understood(sql).reads()).isEqualTo(words(reads));
    assertThat(understood(sql).writes()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      textBlock =
          """
          insert into log (a, b) values (?, 'x'), (?, default)                    ~       ~ log
          insert into log default values                                         ~       ~ log
          insert into log (a) select a from orders                               ~ orders ~ log
          insert into log (a) values ((select a from s))                         ~ s     ~ log
          insert into log (a) values (1) returning a                             ~ log   ~ log
          insert into t (a) values (1) on conflict (a) do update set a = excluded.a ~ t  ~ t
          insert into t (a) values (1) on conflict do nothing                    ~ t     ~ t
          with a as (select * from s) insert into t select * from a              ~ s     ~ t
          update t set a = ?, b = 1                                              ~       ~ t
          update t set a = a + 1                                                 ~ t     ~ t
          update t x set a = ? where x.id = ?                                    ~ t     ~ t
          update t set a = (select max(b) from s)                                ~ t s   ~ t
          update t set a = s.a from s where t.id = s.id                          ~ t s   ~ t
          delete from t                                                          ~       ~ t
          delete from t where id in (select id from s) returning *               ~ t s   ~ t
          delete from t using s, u where t.id = s.id                             ~ t s u ~ t
          merge into t using s on t.id = s.id when matched then update set a = s.a when not matched then insert (id, a) values (s.id, (select 1 from u)) ~ t s u ~ t
          with x as (delete from t where id = 1 returning id) select id from x   ~ t     ~ t
          with x as (update t set a = 1) select 1                                ~       ~ t
          with x as (insert into t (a) values (1) returning a), y as (select 1 from x) select * from y, s ~ t s ~ t
          """)
  void changes(String sql, String reads, String writes) {
    assertThat(understood(sql).changes()).isTrue();
    assertThat(understood(sql).reads()).isEqualTo(words(reads));
    assertThat(understood(sql).writes()).isEqualTo(words(writes));
  }

  @Test
  void aLockForAChange_isAWrite_andStillAQuery() {
    SqlStatement statement = understood("select a from t, s where t.id = s.id for update");

    assertThat(statement.changes()).isFalse();
    assertThat(statement.writes()).containsExactlyInAnyOrder("t", "s");
  }

  @Test
  void parameters_areCounted_andTheTextHasNoComments() {
    SqlStatement statement =
        understood(
            "select '?', a /* ? */ from t where b = ? -- ?\n and c in (?, ?) and d = 'it''s';");

    assertThat(statement.parameters()).isEqualTo(3);
    assertThat(statement.text())
        .isEqualTo("SELECT '?' , A FROM T WHERE B = ? AND C IN ( ? , ? ) AND D = 'it''s'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // several, or none
        "",
        ";",
        "select 1; select 2",
        "select 1;; ",
        "select 1; -- x\n delete from t",
        // neither a query nor a change of rows
        "create table t (a int)",
        "drop table t",
        "alter table t add a int",
        "truncate t",
        "grant all on t to x",
        "copy t to '/tmp/x'",
        "copy t from program 'id'",
        "call f()",
        "do 'begin end'",
        "set search_path = x",
        "show all",
        "explain select 1",
        "explain analyze delete from t",
        "lock table t",
        "vacuum",
        "begin",
        "commit",
        "rollback",
        "savepoint a",
        "prepare x as select 1",
        "execute x",
        "listen x",
        "notify x",
        "table t",
        "backup to 'x'",
        "script to 'x'",
        "runscript from 'x'",
        "shutdown",
        "replace into t values (1)",
        "exec sp",
        "use x",
        "declare c cursor for select 1",
        // queries that change or lock in other ways
        "select a into b from t",
        "select a into temp b from t",
        "select a from t for share",
        "select a from t for update skip locked",
        "select a from t for update of t",
        "select a from t for no key update",
        // functions that do more than compute
        "select pg_sleep(10)",
        "select nextval('s')",
        "select setval('s', 1)",
        "select s.nextval",
        "select next value for s",
        "select set_config('a', 'b', false)",
        "select lo_import('/x')",
        "select pg_read_file('/etc/passwd')",
        "select file_read('/etc/passwd')",
        "select dblink('x')",
        "select pg_advisory_lock(1)",
        "select query_to_xml('delete from t', true, true, '')",
        "select link_schema('x')",
        "select repeat('x', 1000000000)",
        "select upper(f(a)) from t",
        "select pg_catalog.lower(a) from t",
        "select \"lower\"(a) from t",
        "select random()",
        "select current_user",
        "select user from t",
        "select version()",
        "select f() over () from t",
        "select a from t where f(b)",
        "insert into t (a) values (f(1))",
        "update t set a = f(b)",
        "select sum(a) filter (where f(b)) from t",
        "select a from t order by f(b)",
        // tables that are none
        "select * from csvread('/etc/passwd')",
        "select * from generate_series(1, 9)",
        "select * from f(1)",
        "select * from unnest(?)",
        "select * from only t",
        "select * from final table (delete from t)",
        "select * from old table (delete from t)",
        "select * from t tablesample system (1)",
        "select * from t, lateral (select 1) x",
        "select * from json_table('x', '$')",
        "select * from rows from (f())",
        "select * from information_schema.tables",
        "select * from pg_catalog.pg_authid",
        "select * from pg_authid",
        "select * from \"pg_authid\"",
        "select * from \"PG_CATALOG\".x",
        "insert into pg_class default values",
        "select * from db.s.t",
        "select * from t@link",
        "select * from 'file.csv'",
        // what databases read differently
        "select /* a /* b */ */ 1",
        "select 1 /* x",
        "select $$x$$",
        "select $a$x$a$",
        "select E'\\x41'",
        "select 'a\\' or 1=1 --'",
        "select U&'x'",
        "select N'x'",
        "select X'41'",
        "select 'x",
        "select \"x",
        "select 1 // x\n",
        "select `a` from t",
        "select [a] from t",
        "select a # b",
        "select @x",
        "select @x := 1",
        "select :x",
        "select ${x}",
        "select ?1",
        "select 0x1F",
        "select 1_000",
        "select {fn now()}",
        "select a from t\u00a0where 1 = 1",
        "select \u0430 from t",
        "select 1\u0000",
        "select a::regclass from t",
        "select cast(a as xml) from t",
        "select array[1]",
        "select a->>'b' from t",
        // known words where they are not known
        "select all a from t",
        "select top 5 a from t",
        "select a from t limit 5, 10",
        "select a from t natural join s",
        "select a from t group by grouping sets ((a), ())",
        "select a from t group by rollup (a)",
        "select a from t window w as (order by a)",
        "select a from t qualify a > 1",
        "insert ignore into t values (1)",
        "insert overwrite t values (1)",
        "insert into t values (1) on duplicate key update a = 1",
        "update only t set a = 1",
        "update t, s set t.a = 1",
        "delete t from t join s on 1 = 1",
        "delete from only t",
        "delete from t where current of c",
        "insert into t select * from s for update nowait",
        "merge into t key (id) values (1)",
        "select a collate \"C\" from t",
        "select a from t as of timestamp b",
        "insert into t (a) values (1) on conflict (lower(a)) do nothing"
      })
  void whatIsNotUnderstood_isRefused(String sql) {
    assertThat(new SqlReader(sql).read()).as(sql).isInstanceOf(SqlReading.Refused.class);
  }

  @Test
  void hostileNesting_isRefusedSoon() {
    for (String[] each :
        new String[][] {
          {"select ", "(", "1", ")"},
          {"select * from ", "(select * from ", "t", ") x"},
          {"select ", "coalesce(", "a", ", b)"},
          {"select ", "case when a = 1 then ", "1", " end"},
          {"select * from t where ", "(a = 1 or ", "b = 2", ")"},
          {"select * from t where ", "a in (select a from t where ", "b = 2", ")"},
          {"select * from ", "(", "t join t on 1 = 1", ")"},
          {"select ", "not ", "a", ""},
          {"select ", "- ", "1", ""},
          {"select a from t where ", "a = ", "1", ""},
          {"select 1", " union select 1", "", ""},
          {"select ", "a + ", "1", ""},
        }) {
      for (int depth : new int[] {SqlTokens.DEPTH_MAX, 200, 1_000}) {
        String sql = each[0] + each[1].repeat(depth) + each[2] + each[3].repeat(depth);
        long began = System.nanoTime();

        new SqlReader(sql).read();

        assertThat(System.nanoTime() - began).as(sql.substring(0, 40)).isLessThan(10_000_000_000L);
      }
    }
    assertThat(new SqlReader("select 1" + " ".repeat(SqlTokens.CHARS_MAX)).read())
        .isInstanceOf(SqlReading.Refused.class);
    assertThat(new SqlReader("select 1" + ", 1".repeat(SqlTokens.WORDS_MAX)).read())
        .isInstanceOf(SqlReading.Refused.class);
  }

  /** Property 12: whatever surrounds it, a table that a statement names is among what it needs. */
  @Test
  void property12_everyTableThatIsNamed_isFound() {
    Seed seed = Seed.orElse(12);
    Random random = seed.random();
    int understood = 0;
    for (int i = 0; i < 2_000; i++) {
      RandomSql sql = new RandomSql(random);
      String text = sql.spaced(sql.query(3));

      SqlReading reading = new SqlReader(text).read();

      if (reading instanceof SqlReading.Understood(SqlStatement statement)) {
        understood++;
        assertThat(statement.reads()).as(text + " " + seed).isEqualTo(sql.tables);
      }
    }
    assertThat(understood).as("%s", seed).isCloseTo(2_000, within(20));
  }

  /** Words in any order: what is understood names no table that the reader did not find. */
  @Test
  void property12_wordsInAnyOrder_neverHideATable() {
    Seed seed = Seed.orElse(13);
    Random random = seed.random();
    List<String> words =
        List.of(
            "select",
            "*",
            "from",
            "t",
            "secret",
            "where",
            "a",
            "=",
            "1",
            "(",
            ")",
            ",",
            "union",
            "join",
            "on",
            "with",
            "as",
            "x",
            "delete",
            "insert",
            "into",
            "values",
            "update",
            "set",
            "in",
            "exists",
            "lateral",
            "order",
            "by",
            "for",
            "returning",
            "using",
            "and",
            ".",
            "only");
    for (int i = 0; i < 20_000; i++) {
      String sql =
          Stream.generate(() -> words.get(random.nextInt(words.size())))
              .limit(3 + random.nextInt(9))
              .collect(Collectors.joining(" ", random.nextBoolean() ? "select * from " : "", ""));
      if (new SqlReader(sql).read() instanceof SqlReading.Understood(SqlStatement statement)
          && Stream.of("from secret", "join secret", "into secret", "update secret")
              .anyMatch(sql::contains)) {
        assertThat(Stream.concat(statement.reads().stream(), statement.writes().stream()))
            .as(sql + " " + seed)
            .anyMatch(table -> table.startsWith("secret"));
      }
    }
  }

  private static SqlStatement understood(String sql) {
    SqlReading reading = new SqlReader(sql).read();
    assertThat(reading).as(sql).isInstanceOf(SqlReading.Understood.class);
    return ((SqlReading.Understood) reading).statement();
  }

  private static Set<String> words(String text) {
    return text == null || text.isBlank() ? Set.of() : Set.of(text.strip().split(" +"));
  }

  /** A query of many parts, with the tables that it names. */
  private static final class RandomSql {
    private final Random random;
    private final Set<String> tables = new HashSet<>();

    RandomSql(Random random) {
      this.random = random;
    }

    String query(int depth) {
      String query =
          "select "
              + value(depth)
              + " c from "
              + from(depth)
              + (random.nextBoolean() ? " where " + condition(depth) : "")
              + (random.nextInt(4) == 0 ? " order by 1" : "");
      return random.nextInt(4) == 0
          ? "select 1 from " + table() + " union all " + "(" + query + ")"
          : query;
    }

    /** As text may be spaced. */
    String spaced(String text) {
      return switch (random.nextInt(4)) {
        case 0 -> text.replace(" ", "\n");
        case 1 -> text.replace(" ", " /* from nobody */ ");
        case 2 -> text.replace(" from ", " FROM -- from 'nobody\n ");
        default -> text;
      };
    }

    private String from(int depth) {
      return switch (depth == 0 ? 0 : random.nextInt(4)) {
        case 0 -> table();
        case 1 -> table() + " a" + random.nextInt(100) + " join " + table() + " b on 1 = 1";
        case 2 -> "(" + query(depth - 1) + ") q";
        default -> table() + ", " + from(depth - 1);
      };
    }

    private String value(int depth) {
      return switch (depth == 0 ? 0 : random.nextInt(5)) {
        case 0 -> "1";
        case 1 -> "(" + query(depth - 1) + ")";
        case 2 -> "coalesce(" + value(depth - 1) + ", 2)";
        case 3 -> "case when " + condition(depth - 1) + " then 1 else " + value(depth - 1) + " end";
        default -> value(depth - 1) + " + 1";
      };
    }

    private String condition(int depth) {
      return switch (depth == 0 ? 0 : random.nextInt(4)) {
        case 0 -> "x = ?";
        case 1 -> "x in (" + query(depth - 1) + ")";
        case 2 -> "not exists (" + query(depth - 1) + ")";
        default -> "(" + condition(depth - 1) + " or y > " + value(depth - 1) + ")";
      };
    }

    private String table() {
      int number = random.nextInt(6);
      boolean isOfSchema = random.nextInt(4) == 0;
      tables.add((isOfSchema ? "s/" : "") + "t" + number);
      return (isOfSchema ? "S." : "") + (random.nextBoolean() ? "t" : "T") + number;
    }
  }
}
