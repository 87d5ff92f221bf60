package dev.leat.worker.sql;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import net.sf.jsqlparser.expression.Alias;
import net.sf.jsqlparser.expression.AnalyticExpression;
import net.sf.jsqlparser.expression.AnalyticType;
import net.sf.jsqlparser.expression.AnyComparisonExpression;
import net.sf.jsqlparser.expression.BinaryExpression;
import net.sf.jsqlparser.expression.BooleanValue;
import net.sf.jsqlparser.expression.CaseExpression;
import net.sf.jsqlparser.expression.CastExpression;
import net.sf.jsqlparser.expression.DateTimeLiteralExpression;
import net.sf.jsqlparser.expression.DoubleValue;
import net.sf.jsqlparser.expression.Expression;
import net.sf.jsqlparser.expression.ExtractExpression;
import net.sf.jsqlparser.expression.Function;
import net.sf.jsqlparser.expression.IntervalExpression;
import net.sf.jsqlparser.expression.JdbcParameter;
import net.sf.jsqlparser.expression.LongValue;
import net.sf.jsqlparser.expression.NotExpression;
import net.sf.jsqlparser.expression.NullValue;
import net.sf.jsqlparser.expression.SignedExpression;
import net.sf.jsqlparser.expression.StringValue;
import net.sf.jsqlparser.expression.TimeKeyExpression;
import net.sf.jsqlparser.expression.TrimFunction;
import net.sf.jsqlparser.expression.WhenClause;
import net.sf.jsqlparser.expression.operators.arithmetic.Addition;
import net.sf.jsqlparser.expression.operators.arithmetic.Concat;
import net.sf.jsqlparser.expression.operators.arithmetic.Division;
import net.sf.jsqlparser.expression.operators.arithmetic.Modulo;
import net.sf.jsqlparser.expression.operators.arithmetic.Multiplication;
import net.sf.jsqlparser.expression.operators.arithmetic.Subtraction;
import net.sf.jsqlparser.expression.operators.conditional.AndExpression;
import net.sf.jsqlparser.expression.operators.conditional.OrExpression;
import net.sf.jsqlparser.expression.operators.relational.Between;
import net.sf.jsqlparser.expression.operators.relational.EqualsTo;
import net.sf.jsqlparser.expression.operators.relational.ExistsExpression;
import net.sf.jsqlparser.expression.operators.relational.ExpressionList;
import net.sf.jsqlparser.expression.operators.relational.GreaterThan;
import net.sf.jsqlparser.expression.operators.relational.GreaterThanEquals;
import net.sf.jsqlparser.expression.operators.relational.InExpression;
import net.sf.jsqlparser.expression.operators.relational.IsBooleanExpression;
import net.sf.jsqlparser.expression.operators.relational.IsDistinctExpression;
import net.sf.jsqlparser.expression.operators.relational.IsNullExpression;
import net.sf.jsqlparser.expression.operators.relational.LikeExpression;
import net.sf.jsqlparser.expression.operators.relational.MinorThan;
import net.sf.jsqlparser.expression.operators.relational.MinorThanEquals;
import net.sf.jsqlparser.expression.operators.relational.NotEqualsTo;
import net.sf.jsqlparser.expression.operators.relational.ParenthesedExpressionList;
import net.sf.jsqlparser.schema.Column;
import net.sf.jsqlparser.schema.Table;
import net.sf.jsqlparser.statement.ReturningClause;
import net.sf.jsqlparser.statement.Statement;
import net.sf.jsqlparser.statement.delete.Delete;
import net.sf.jsqlparser.statement.delete.ParenthesedDelete;
import net.sf.jsqlparser.statement.insert.ConflictActionType;
import net.sf.jsqlparser.statement.insert.Insert;
import net.sf.jsqlparser.statement.insert.ParenthesedInsert;
import net.sf.jsqlparser.statement.merge.Merge;
import net.sf.jsqlparser.statement.merge.MergeDelete;
import net.sf.jsqlparser.statement.merge.MergeInsert;
import net.sf.jsqlparser.statement.merge.MergeOperation;
import net.sf.jsqlparser.statement.merge.MergeUpdate;
import net.sf.jsqlparser.statement.select.AllColumns;
import net.sf.jsqlparser.statement.select.AllTableColumns;
import net.sf.jsqlparser.statement.select.ForMode;
import net.sf.jsqlparser.statement.select.FromItem;
import net.sf.jsqlparser.statement.select.GroupByElement;
import net.sf.jsqlparser.statement.select.Join;
import net.sf.jsqlparser.statement.select.OrderByElement;
import net.sf.jsqlparser.statement.select.ParenthesedSelect;
import net.sf.jsqlparser.statement.select.PlainSelect;
import net.sf.jsqlparser.statement.select.Select;
import net.sf.jsqlparser.statement.select.SelectItem;
import net.sf.jsqlparser.statement.select.SetOperationList;
import net.sf.jsqlparser.statement.select.Values;
import net.sf.jsqlparser.statement.select.WithItem;
import net.sf.jsqlparser.statement.update.ParenthesedUpdate;
import net.sf.jsqlparser.statement.update.Update;
import net.sf.jsqlparser.statement.update.UpdateSet;
import org.jspecify.annotations.Nullable;

/**
 * A walk over a parsed statement that writes down again each word it understands, and which tables
 * it met. The caller compares the words with the statement's: one that is missing belongs to
 * something that this does not know, and the statement is refused. So nothing has to be said about
 * what is not known. One long class, since the grammar is one.
 */
final class StatementWalk {
  /** Those of known kinds whose sign alone says what they do. */
  private static final Set<Class<?>> OPERATORS =
      Set.of(
          Addition.class,
          Subtraction.class,
          Multiplication.class,
          Division.class,
          Modulo.class,
          Concat.class,
          AndExpression.class,
          OrExpression.class,
          EqualsTo.class,
          NotEqualsTo.class,
          GreaterThan.class,
          GreaterThanEquals.class,
          MinorThan.class,
          MinorThanEquals.class,
          IsDistinctExpression.class);

  private static final Set<String> TYPES =
      Set.of(
          "INT",
          "INTEGER",
          "BIGINT",
          "SMALLINT",
          "NUMERIC",
          "DECIMAL",
          "REAL",
          "DOUBLE PRECISION",
          "FLOAT",
          "TEXT",
          "VARCHAR",
          "CHARACTER VARYING",
          "CHAR",
          "CHARACTER",
          "BOOLEAN",
          "DATE",
          "TIME",
          "TIMESTAMP",
          "TIMESTAMPTZ",
          "UUID",
          "JSON",
          "JSONB",
          "BYTEA");

  private static final Set<String> TIMES =
      Set.of("CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP");

  /** Columns by these names are functions: who the platform is there, or what changes something. */
  private static final Set<String> NO_COLUMNS =
      Set.of(
          "user",
          "current_user",
          "session_user",
          "system_user",
          "current_role",
          "current_schema",
          "current_catalog",
          "nextval",
          "currval",
          "rownum",
          "_rowid_");

  private static final Set<String> JOINS =
      Set.of(
          "", "INNER", "LEFT", "RIGHT", "FULL", "LEFT OUTER", "RIGHT OUTER", "FULL OUTER", "CROSS");

  private final List<String> words = new ArrayList<>();
  private final Set<String> reads = new LinkedHashSet<>();
  private final Set<String> writes = new LinkedHashSet<>();

  /** Names that stand for queries of {@code WITH}, the innermost first. */
  private final Deque<Set<String>> named = new ArrayDeque<>();

  /** All names that queries of {@code WITH} were given anywhere. */
  private final Set<String> withNames = new LinkedHashSet<>();

  private boolean changes;
  private boolean locks;
  private boolean answersRows;
  private boolean isQuery;

  /** The words that it understood, in their order. */
  List<String> words() {
    return words;
  }

  Set<String> reads() {
    return reads;
  }

  Set<String> withNames() {
    return withNames;
  }

  /** What is locked for a change counts as changed. */
  Set<String> writes() {
    Set<String> all = new LinkedHashSet<>(writes);
    if (locks) {
      all.addAll(reads);
    }
    return all;
  }

  boolean changes() {
    return changes;
  }

  /** A query that changes something beside does so only with its whole answer. */
  boolean answersRows() {
    return answersRows || (isQuery && changes);
  }

  void statement(Statement statement) {
    switch (statement) {
      case Select select -> {
        isQuery = true;
        select(select);
      }
      case Insert insert -> insert(insert);
      case Update update -> update(update);
      case Delete delete -> delete(delete);
      case Merge merge -> merge(merge);
      default ->
          throw new SqlRefused("something else than SELECT, INSERT, UPDATE, DELETE or MERGE");
    }
  }

  // Queries.

  private void select(Select select) {
    boolean isScope = with(select.getWithItemsList());
    switch (select) {
      case ParenthesedSelect inner when inner.getClass() == ParenthesedSelect.class -> {
        word("(");
        select(inner.getSelect());
        word(")");
      }
      case PlainSelect plain -> plain(plain);
      case SetOperationList list -> {
        for (int i = 0; i < list.getSelects().size(); i++) {
          if (i > 0) {
            text(list.getOperation(i - 1).toString());
          }
          select(list.getSelect(i));
        }
      }
      case Values values -> {
        word("VALUES");
        expression(values.getExpressions());
      }
      default -> throw unknown(select);
    }
    if (!select.isForUpdateBeforeOrderBy()) {
      orderBy(select.getOrderByElements());
    }
    if (select.getLimit() != null) {
      word("LIMIT");
      expression(select.getLimit().getRowCount());
    }
    if (select.getOffset() != null) {
      word("OFFSET");
      expression(select.getOffset().getOffset());
      if (select.getOffset().getOffsetParam() != null) {
        text(select.getOffset().getOffsetParam());
      }
    }
    if (select.getFetch() != null) {
      word("FETCH");
      word(select.getFetch().isFetchParamFirst() ? "FIRST" : "NEXT");
      expression(select.getFetch().getExpression());
      select.getFetch().getFetchParameters().forEach(this::text);
    }
    if (select.getForMode() == ForMode.UPDATE) {
      words("FOR", "UPDATE");
      locks = true;
    }
    if (isScope) {
      named.pop();
    }
  }

  /** Whether there is any, so that a scope was opened for their names. */
  private boolean with(@Nullable List<WithItem<?>> items) {
    if (items == null || items.isEmpty()) {
      return false;
    }
    Set<String> scope = new HashSet<>();
    named.push(scope);
    word("WITH");
    boolean isFirst = true;
    for (WithItem<?> item : items) {
      if (!isFirst) {
        word(",");
      }
      String name = name(item.getAlias().getName());
      withNames.add(name);
      if (item.isRecursive()) {
        word("RECURSIVE");
        scope.add(name);
      }
      isFirst = false;
      text(item.getAlias().getName());
      if (item.getWithItemList() != null && !item.getWithItemList().isEmpty()) {
        word("(");
        selectItems(item.getWithItemList());
        word(")");
      }
      word("AS");
      withStatement(item);
      scope.add(name); // after itself: within it, the name is that of a table
    }
    return true;
  }

  private void withStatement(WithItem<?> item) {
    switch (item.getParenthesedStatement()) {
      case ParenthesedSelect select -> select(select);
      case ParenthesedInsert insert -> {
        word("(");
        insert(insert.getInsert());
        word(")");
      }
      case ParenthesedUpdate update -> {
        word("(");
        update(update.getUpdate());
        word(")");
      }
      case ParenthesedDelete delete -> {
        word("(");
        delete(delete.getDelete());
        word(")");
      }
      default -> throw unknown(item);
    }
  }

  private void plain(PlainSelect select) {
    word("SELECT");
    if (select.getDistinct() != null) {
      word("DISTINCT");
      if (select.getDistinct().getOnSelectItems() != null) {
        words("ON", "(");
        selectItems(select.getDistinct().getOnSelectItems());
        word(")");
      }
    }
    selectItems(select.getSelectItems());
    if (select.getFromItem() != null) {
      word("FROM");
      fromItem(select.getFromItem());
    }
    joins(select.getJoins());
    where(select.getWhere());
    groupBy(select.getGroupBy());
    if (select.getHaving() != null) {
      word("HAVING");
      expression(select.getHaving());
    }
  }

  private void selectItems(List<SelectItem<?>> items) {
    boolean isFirst = true;
    for (SelectItem<?> item : items) {
      if (!isFirst) {
        word(",");
      }
      isFirst = false;
      expression(item.getExpression());
      alias(item.getAlias());
    }
  }

  private void fromItem(FromItem item) {
    switch (item) {
      case Table table -> read(table);
      case ParenthesedSelect select -> select(select);
      default -> throw unknown(item);
    }
    alias(item.getAlias());
  }

  private void joins(@Nullable List<Join> joins) {
    for (Join join : orEmpty(joins)) {
      if (join.isSimple()) {
        word(",");
        fromItem(join.getFromItem());
        continue;
      }
      String type = join.appendJoinTypeTo(new StringBuilder()).toString();
      String plain = type.replace("JOIN", "").strip().toUpperCase(Locale.ROOT);
      if (!JOINS.contains(plain)) {
        throw new SqlRefused("a join of another kind: " + plain);
      }
      text(type);
      if (words.isEmpty() || !words.getLast().equals("JOIN")) {
        word("JOIN");
      }
      fromItem(join.getFromItem());
      for (Expression on : join.getOnExpressions()) {
        word("ON");
        expression(on);
      }
      if (join.getUsingColumns() != null && !join.getUsingColumns().isEmpty()) {
        words("USING", "(");
        expressions(join.getUsingColumns());
        word(")");
      }
    }
  }

  private void where(@Nullable Expression condition) {
    if (condition != null) {
      word("WHERE");
      expression(condition);
    }
  }

  private void groupBy(@Nullable GroupByElement groups) {
    if (groups != null) {
      words("GROUP", "BY");
      expression(groups.getGroupByExpressionList());
    }
  }

  private void orderBy(@Nullable List<OrderByElement> elements) {
    if (elements == null || elements.isEmpty()) {
      return;
    }
    words("ORDER", "BY");
    boolean isFirst = true;
    for (OrderByElement element : elements) {
      if (!isFirst) {
        word(",");
      }
      isFirst = false;
      expression(element.getExpression());
      if (!element.isAsc()) {
        word("DESC");
      } else if (element.isAscDescPresent()) {
        word("ASC");
      }
      if (element.getNullOrdering() != null) {
        word("NULLS");
        word(
            element.getNullOrdering() == OrderByElement.NullOrdering.NULLS_FIRST
                ? "FIRST"
                : "LAST");
      }
    }
  }

  // Changes.

  private void insert(Insert insert) {
    changes = true;
    boolean isScope = with(insert.getWithItemsList());
    words("INSERT", "INTO");
    write(insert.getTable());
    alias(insert.getTable().getAlias());
    if (insert.getColumns() != null) {
      word("(");
      expressions(insert.getColumns());
      word(")");
    }
    if (insert.isOnlyDefaultValues()) {
      words("DEFAULT", "VALUES");
    } else if (insert.getSelect() != null) {
      select(insert.getSelect());
    }
    if (insert.getConflictAction() != null) {
      conflict(insert);
    }
    returning(insert.getReturningClause(), insert.getTable());
    if (isScope) {
      named.pop();
    }
  }

  /** It tells what is there already, and so reads. */
  private void conflict(Insert insert) {
    words("ON", "CONFLICT");
    if (insert.getConflictTarget() != null) {
      text(insert.getConflictTarget().toString().replaceFirst("(?i)^\\s*ON\\s+CONFLICT", ""));
      if (insert.getConflictTarget().getIndexExpression() != null
          || insert.getConflictTarget().getWhereExpression() != null) {
        throw new SqlRefused("an ON CONFLICT of more than columns");
      }
    }
    note(insert.getTable(), reads);
    word("DO");
    if (insert.getConflictAction().getConflictActionType() == ConflictActionType.DO_NOTHING) {
      word("NOTHING");
    } else {
      words("UPDATE", "SET");
      sets(insert.getConflictAction().getUpdateSets());
      where(insert.getConflictAction().getWhereExpression());
    }
  }

  private void update(Update update) {
    changes = true;
    boolean isScope = with(update.getWithItemsList());
    word("UPDATE");
    write(update.getTable());
    alias(update.getTable().getAlias());
    word("SET");
    sets(update.getUpdateSets());
    if (update.getFromItem() != null) {
      word("FROM");
      fromItem(update.getFromItem());
    }
    joins(update.getJoins());
    where(update.getWhere());
    if (update.getWhere() != null || hasColumns(update.getUpdateSets())) {
      note(update.getTable(), reads);
    }
    returning(update.getReturningClause(), update.getTable());
    if (isScope) {
      named.pop();
    }
  }

  /** Whether a new value may be made of what is there. */
  private static boolean hasColumns(List<UpdateSet> sets) {
    return !sets.stream()
        .flatMap(set -> set.getValues().stream())
        .allMatch(value ->
            value instanceof JdbcParameter
                || value instanceof LongValue
                || value instanceof DoubleValue
                || value instanceof StringValue
                || value instanceof NullValue
                || value instanceof BooleanValue
                || value instanceof TimeKeyExpression);
  }

  private void sets(List<UpdateSet> sets) {
    boolean isFirst = true;
    for (UpdateSet set : sets) {
      if (!isFirst) {
        word(",");
      }
      isFirst = false;
      expression(set.getColumns());
      word("=");
      expression(set.getValues());
    }
  }

  private void delete(Delete delete) {
    changes = true;
    boolean isScope = with(delete.getWithItemsList());
    words("DELETE", "FROM");
    write(delete.getTable());
    alias(delete.getTable().getAlias());
    if (delete.getUsingFromItemList() != null && !delete.getUsingFromItemList().isEmpty()) {
      word("USING");
      boolean isFirst = true;
      for (FromItem item : delete.getUsingFromItemList()) {
        if (!isFirst) {
          word(",");
        }
        isFirst = false;
        fromItem(item);
      }
    }
    if (delete.getWhere() != null) {
      note(delete.getTable(), reads);
    }
    where(delete.getWhere());
    returning(delete.getReturningClause(), delete.getTable());
    if (isScope) {
      named.pop();
    }
  }

  private void merge(Merge merge) {
    changes = true;
    boolean isScope = with(merge.getWithItemsList());
    words("MERGE", "INTO");
    write(merge.getTable());
    note(merge.getTable(), reads); // it tells what is there
    alias(merge.getTable().getAlias());
    word("USING");
    fromItem(merge.getFromItem());
    word("ON");
    expression(merge.getOnCondition());
    for (MergeOperation operation : merge.getOperations()) {
      mergeOperation(operation);
    }
    if (isScope) {
      named.pop();
    }
  }

  private void mergeOperation(MergeOperation operation) {
    switch (operation) {
      case MergeInsert insert -> {
        words("WHEN", "NOT", "MATCHED");
        and(insert.getAndPredicate());
        words("THEN", "INSERT");
        if (insert.getColumns() != null) {
          expression(insert.getColumns());
        }
        word("VALUES");
        expression(insert.getValues());
      }
      case MergeUpdate update -> {
        words("WHEN", "MATCHED");
        and(update.getAndPredicate());
        words("THEN", "UPDATE", "SET");
        sets(update.getUpdateSets());
      }
      case MergeDelete delete -> {
        words("WHEN", "MATCHED");
        and(delete.getAndPredicate());
        words("THEN", "DELETE");
      }
      default -> throw unknown(operation);
    }
  }

  private void and(@Nullable Expression condition) {
    if (condition != null) {
      word("AND");
      expression(condition);
    }
  }

  private void returning(@Nullable ReturningClause returning, Table changed) {
    if (returning != null) {
      note(changed, reads);
      word("RETURNING");
      answersRows = true;
      selectItems(returning);
    }
  }

  // Tables and names.

  private void read(Table table) {
    String name = name(table.getName());
    boolean isNamed = table.getSchemaName() == null && isNamed(name);
    tableWords(table);
    if (!isNamed) {
      note(table, reads);
    }
  }

  private boolean isNamed(String name) {
    return named.stream().anyMatch(scope -> scope.contains(name));
  }

  private void write(Table table) {
    tableWords(table);
    note(table, writes);
  }

  private void note(Table table, Set<String> among) {
    String name = name(table.getName());
    String schema = table.getSchemaName() == null ? "" : name(table.getSchemaName());
    TableName.requireUsers(schema, name);
    among.add(schema.isEmpty() ? name : schema + "/" + name);
  }

  private void tableWords(Table table) {
    if (table.getNameParts().size() > 2 || table.getDatabaseName() != null) {
      throw new SqlRefused("a table of another database");
    }
    if (table.getSchemaName() != null) {
      text(table.getSchemaName());
      word(".");
    }
    text(table.getName());
  }

  private String name(String written) {
    return TableName.of(written);
  }

  private void alias(@Nullable Alias alias) {
    if (alias == null) {
      return;
    }
    if (alias.isUseAs()) {
      word("AS");
    }
    name(alias.getName());
    text(alias.getName());
    if (alias.getAliasColumns() != null && !alias.getAliasColumns().isEmpty()) {
      word("(");
      boolean isFirst = true;
      for (Alias.AliasColumn column : alias.getAliasColumns()) {
        if (!isFirst) {
          word(",");
        }
        isFirst = false;
        text(column.name);
      }
      word(")");
    }
  }

  // Expressions.

  private void expressions(Collection<? extends Expression> all) {
    boolean isFirst = true;
    for (Expression one : all) {
      if (!isFirst) {
        word(",");
      }
      isFirst = false;
      expression(one);
    }
  }

  private void expression(@Nullable Expression expression) {
    switch (expression) {
      case null -> throw new SqlRefused("an expression that is not there");
      case JdbcParameter parameter -> text(parameter.toString());
      case LongValue value -> text(value.getStringValue());
      case DoubleValue value -> text(value.toString());
      case StringValue value -> text(value.toString());
      case NullValue value -> word("NULL");
      case BooleanValue value -> text(value.toString());
      case DateTimeLiteralExpression value -> text(value.toString());
      case TimeKeyExpression value -> time(value);
      case AllTableColumns all -> {
        tableWords(all.getTable());
        words(".", "*");
      }
      case AllColumns all -> word("*");
      case Column column -> column(column);
      case Select select when expression instanceof ParenthesedSelect -> select(select);
      case ParenthesedExpressionList<?> list
          when list.getClass() == ParenthesedExpressionList.class -> {
        word("(");
        expressions(list);
        word(")");
      }
      case ExpressionList<?> list when list.getClass() == ExpressionList.class -> expressions(list);
      case SignedExpression signed -> {
        word(String.valueOf(signed.getSign()));
        expression(signed.getExpression());
      }
      case NotExpression not -> {
        word("NOT");
        expression(not.getExpression());
      }
      case InExpression in -> {
        expression(in.getLeftExpression());
        not(in.isNot());
        word("IN");
        expression(in.getRightExpression());
      }
      case ExistsExpression exists -> {
        not(exists.isNot());
        word("EXISTS");
        expression(exists.getRightExpression());
      }
      case Between between -> {
        expression(between.getLeftExpression());
        not(between.isNot());
        word("BETWEEN");
        expression(between.getBetweenExpressionStart());
        word("AND");
        expression(between.getBetweenExpressionEnd());
      }
      case IsNullExpression isNull -> {
        expression(isNull.getLeftExpression());
        word("IS");
        not(isNull.isNot());
        word("NULL");
      }
      case IsBooleanExpression is -> {
        expression(is.getLeftExpression());
        word("IS");
        not(is.isNot());
        word(is.isTrue() ? "TRUE" : "FALSE");
      }
      case LikeExpression like -> like(like);
      case BinaryExpression binary when OPERATORS.contains(binary.getClass()) -> {
        expression(binary.getLeftExpression());
        text(binary.getStringExpression());
        expression(binary.getRightExpression());
      }
      case CaseExpression choice -> choice(choice);
      case CastExpression cast -> cast(cast);
      case ExtractExpression extract -> {
        words("EXTRACT", "(");
        text(extract.getName());
        word("FROM");
        expression(extract.getExpression());
        word(")");
      }
      case TrimFunction trim -> {
        words("TRIM", "(");
        if (trim.getTrimSpecification() != null) {
          word(trim.getTrimSpecification().name());
        }
        if (trim.getExpression() != null) {
          expression(trim.getExpression());
        }
        if (trim.getFromExpression() != null) {
          word(trim.isUsingFromKeyword() ? "FROM" : ",");
          expression(trim.getFromExpression());
        }
        word(")");
      }
      case AnyComparisonExpression any -> {
        word(any.getAnyType().name());
        select(any.getSelect());
      }
      case IntervalExpression interval when interval.getExpression() == null ->
          text(interval.toString());
      case Function function -> function(function);
      case AnalyticExpression window -> window(window);
      default -> throw unknown(expression);
    }
  }

  private void not(boolean isNot) {
    if (isNot) {
      word("NOT");
    }
  }

  private void like(LikeExpression like) {
    expression(like.getLeftExpression());
    not(like.isNot());
    switch (like.getLikeKeyWord()) {
      case LIKE -> word("LIKE");
      case ILIKE -> word("ILIKE");
      default -> throw unknown(like);
    }
    expression(like.getRightExpression());
    if (like.getEscape() != null) {
      word("ESCAPE");
      expression(like.getEscape());
    }
  }

  private void column(Column column) {
    Table of = column.getTable();
    if (of != null && of.getName() != null) {
      tableWords(of);
      word(".");
    }
    String name = column.getColumnName();
    if (!name.startsWith("\"") && NO_COLUMNS.contains(name.toLowerCase(Locale.ROOT))) {
      throw new SqlRefused("the function " + name);
    }
    text(name);
  }

  private void time(TimeKeyExpression time) {
    if (!TIMES.contains(time.getStringValue().toUpperCase(Locale.ROOT))) {
      throw new SqlRefused("the function " + time.getStringValue());
    }
    text(time.getStringValue());
  }

  private void choice(CaseExpression choice) {
    word("CASE");
    if (choice.getSwitchExpression() != null) {
      expression(choice.getSwitchExpression());
    }
    for (WhenClause when : choice.getWhenClauses()) {
      word("WHEN");
      expression(when.getWhenExpression());
      word("THEN");
      expression(when.getThenExpression());
    }
    if (choice.getElseExpression() != null) {
      word("ELSE");
      expression(choice.getElseExpression());
    }
    word("END");
  }

  private void cast(CastExpression cast) {
    String type = cast.getColDataType().toString();
    String base = type.replaceFirst("\\s*\\([ 0-9,]*\\)$", "").strip();
    if (!TYPES.contains(base.toUpperCase(Locale.ROOT))) {
      throw new SqlRefused("the type " + base);
    }
    if (cast.keyword != null && !cast.keyword.isEmpty()) {
      words("CAST", "(");
      expression(cast.getLeftExpression());
      word("AS");
      text(type);
      word(")");
    } else {
      expression(cast.getLeftExpression());
      word("::");
      text(type);
    }
  }

  private void function(Function function) {
    functionName(function.getName());
    word("(");
    if (function.isDistinct()) {
      word("DISTINCT");
    }
    if (function.getParameters() != null) {
      expressions(function.getParameters());
    }
    word(")");
  }

  private void functionName(String name) {
    String plain = name.toUpperCase(Locale.ROOT);
    if (!PureFunctions.has(plain)) {
      throw new SqlRefused("the function " + name);
    }
    word(plain);
  }

  private void window(AnalyticExpression window) {
    functionName(window.getName());
    word("(");
    if (window.isDistinct()) {
      word("DISTINCT");
    }
    if (window.isAllColumns()) {
      word("*");
    }
    if (window.getExpression() != null) {
      expression(window.getExpression());
    }
    if (window.getOffset() != null) {
      word(",");
      expression(window.getOffset());
    }
    if (window.getDefaultValue() != null) {
      word(",");
      expression(window.getDefaultValue());
    }
    word(")");
    if (window.getFilterExpression() != null) {
      words("FILTER", "(", "WHERE");
      expression(window.getFilterExpression());
      word(")");
    }
    if (window.getType() == AnalyticType.OVER) {
      words("OVER", "(");
      if (window.getPartitionExpressionList() != null
          && !window.getPartitionExpressionList().isEmpty()) {
        words("PARTITION", "BY");
        expressions(window.getPartitionExpressionList());
      }
      orderBy(window.getOrderByElements());
      word(")");
    }
  }

  // Words.

  private void word(String word) {
    words.add(word);
  }

  private void words(String... all) {
    words.addAll(List.of(all));
  }

  private void text(String written) {
    words.addAll(SqlTokens.of(written).words());
  }

  private static <T> List<T> orEmpty(@Nullable List<T> list) {
    return list == null ? List.of() : list;
  }

  private static SqlRefused unknown(Object node) {
    return new SqlRefused("something that is not understood: " + node.getClass().getSimpleName());
  }
}
