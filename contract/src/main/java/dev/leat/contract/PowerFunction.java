package dev.leat.contract;

/**
 * The functions by which guests reach powers of the host, each with its name and type. As data, so
 * that the registry checks modules without the worker; the worker's package of the power says what
 * they do. A guest contract lists those that it offers.
 */
public enum PowerFunction {
  LOG(Grant.Logging.class, "log", "(i32,i32,i32)->"),
  LOG_FIELDS(Grant.Logging.class, "log_fields", "(i32,i32,i32,i32,i32)->"),
  RECORD_METRIC(Grant.Metrics.class, "record_metric", "(i32,i32,f64)->"),
  METRIC_COUNTER(Grant.Metrics.class, "metric_counter", "(i32,i32,f64,i32,i32)->"),
  METRIC_GAUGE(Grant.Metrics.class, "metric_gauge", "(i32,i32,f64,i32,i32)->"),
  METRIC_HISTOGRAM(Grant.Metrics.class, "metric_histogram", "(i32,i32,f64,i32,i32)->"),
  METRIC_TIMER(Grant.Metrics.class, "metric_timer", "(i32,i32,f64,i32,i32)->"),
  CONFIG_GET(Grant.Config.class, "config_get", "(i32,i32,i32,i32)->i32"),
  CONFIG_KEYS(Grant.Config.class, "config_keys", "(i32,i32)->i32"),
  HTTP_REQUEST(Grant.Http.class, "http_request", "(i32,i32,i32,i32,i32)->i64"),
  STEP_HTTP_REQUEST(Grant.Http.class, "http_request", "(i32,i32)->i64"),
  HTTP_OPEN(Grant.Http.class, "http_open", "(i32,i32,i32,i32)->i32"),
  HTTP_HEADER(Grant.Http.class, "http_header", "(i32,i32,i32,i32,i32)->i32"),
  HTTP_SEND(Grant.Http.class, "http_send", "(i32,i32,i32)->i32"),
  HTTP_RESPONSE_HEADER(Grant.Http.class, "http_response_header", "(i32,i32,i32,i32,i32)->i32"),
  HTTP_RESPONSE_BODY(Grant.Http.class, "http_response_body", "(i32,i32,i32)->i32"),
  HTTP_CLOSE(Grant.Http.class, "http_close", "(i32)->"),
  HTTP_IS_ALLOWED(Grant.Http.class, "http_is_allowed", "(i32,i32,i32,i32)->i32"),
  SECRET_GET(Grant.Secrets.class, "secret_get", "(i32,i32,i32,i32)->i32"),
  KV_GET(Grant.KeyValue.class, "kv_get", "(i32,i32,i32,i32)->i32"),
  KV_SET(Grant.KeyValue.class, "kv_set", "(i32,i32,i32,i32,i64)->i32"),
  KV_DELETE(Grant.KeyValue.class, "kv_delete", "(i32,i32)->i32"),
  KV_EXISTS(Grant.KeyValue.class, "kv_exists", "(i32,i32)->i32"),
  KV_EXPIRE(Grant.KeyValue.class, "kv_expire", "(i32,i32,i64)->i32"),
  KV_LIST(Grant.KeyValue.class, "kv_list", "(i32,i32,i32,i32,i32)->i32"),
  KV_INCREMENT(Grant.KeyValue.class, "kv_increment", "(i32,i32,i64,i32)->i32"),
  KV_COMPARE_AND_SET(
      Grant.KeyValue.class, "kv_compare_and_set", "(i32,i32,i32,i32,i32,i32,i64)->i32"),
  GET_PROCESSOR_STATE(Grant.KeyValue.class, "get_processor_state", "()->i64"),
  SET_PROCESSOR_STATE(Grant.KeyValue.class, "set_processor_state", "(i32,i32)->i32"),
  SQL_QUERY(Grant.Database.class, "sql_query", "(i32,i32,i32,i32)->i32"),
  SQL_EXECUTE(Grant.Database.class, "sql_execute", "(i32,i32,i32,i32)->i32"),
  SQL_RESULT(Grant.Database.class, "sql_result", "(i32,i32,i32)->i32"),
  SQL_CLOSE(Grant.Database.class, "sql_close", "(i32)->"),
  SQL_BEGIN(Grant.Database.class, "sql_begin", "()->i32"),
  SQL_COMMIT(Grant.Database.class, "sql_commit", "()->i32"),
  SQL_ROLLBACK(Grant.Database.class, "sql_rollback", "()->i32"),
  SQL_IS_ALLOWED(Grant.Database.class, "sql_is_allowed", "(i32,i32)->i32"),
  DB_QUERY(Grant.Database.class, "db_query", "(i32,i32)->i64");

  private final Class<? extends Grant> grant;
  private final String power;
  private final String importName;
  private final String signature;

  PowerFunction(Class<? extends Grant> grant, String importName, String signature) {
    this.grant = grant;
    this.power = Grant.word(grant);
    this.importName = importName;
    this.signature = signature;
  }

  /** The kind of grant without which it is denied. */
  public Class<? extends Grant> grant() {
    return grant;
  }

  /** The word of that grant: {@link Grant#word}. */
  public String power() {
    return power;
  }

  /** The name that guests import it by. */
  public String importName() {
    return importName;
  }

  /** Its type, as {@code (i32,i32)->i64}. */
  public String signature() {
    return signature;
  }
}
