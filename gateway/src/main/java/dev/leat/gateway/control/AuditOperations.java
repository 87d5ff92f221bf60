package dev.leat.gateway.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.leat.audit.AuditChain;
import dev.leat.audit.AuditLog;
import dev.leat.audit.AuditStore.Filter;
import dev.leat.audit.CommonEvent;
import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.gateway.control.reply.AuditReply;
import dev.leat.gateway.control.reply.CheckpointReply;
import dev.leat.gateway.control.reply.PageReply;
import java.util.Map;
import java.util.Optional;

/** Who did what: records, checkpoints, and the whole of both for those who verify them. */
final class AuditOperations {
  private static final String VERSION = "1";

  private final AuditLog audit;

  AuditOperations(AuditLog audit) {
    this.audit = audit;
  }

  Map<String, Operation> byId() {
    return Map.of(
        "listAudit",
        call -> list(call, call.query("tenant")),
        "listTenantAudit",
        call -> list(call, Optional.of(call.tenant().value())),
        "exportAudit",
        this::export,
        "listAuditCheckpoints",
        this::checkpoints);
  }

  private Reply list(Call call, Optional<String> tenant) {
    return Reply.ok(
        call.limit()
            .then(limit ->
                filter(call, tenant)
                    .then(filter -> audit.list(filter, limit, call.query("cursor"))))
            .map(page -> PageReply.of(page, AuditReply::of)));
  }

  private static Answer<Filter> filter(Call call, Optional<String> tenant) {
    if (tenant.isPresent() && !TenantId.isValid(tenant.get())) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST, "The parameter 'tenant' must be a tenant's name.");
    }
    Optional<String> allowed = call.query("allowed");
    if (allowed.isPresent() && !allowed.get().equals("true") && !allowed.get().equals("false")) {
      return Answer.refused(
          ProblemCode.INVALID_REQUEST,
          "The parameter 'allowed' must be true or false, was '%s'."
              .formatted(Excerpt.of(allowed.get())));
    }
    return call.instant("since")
        .then(since ->
            call.instant("until")
                .map(until ->
                    new Filter(
                        tenant.map(TenantId::new),
                        call.query("actor"),
                        call.query("action"),
                        call.query("resource"),
                        allowed.map(Boolean::valueOf),
                        since,
                        until)));
  }

  private Reply export(Call call) {
    String format = call.query("format").orElse("jsonl");
    if (!format.equals("jsonl") && !format.equals("cef")) {
      return Reply.refused(
          ProblemCode.INVALID_REQUEST,
          "The parameter 'format' must be jsonl or cef, was '%s'.".formatted(Excerpt.of(format)));
    }
    return Reply.of(from(call), from -> exported(from, format.equals("cef")));
  }

  private Reply exported(long from, boolean isCef) {
    StringBuilder lines = new StringBuilder();
    audit
        .export(from)
        .forEach(
            record ->
                lines.append(
                    isCef
                        ? CommonEvent.of(record, VERSION) + "\n"
                        : AuditChain.text(AuditChain.line(record))),
            checkpoint -> {
              if (!isCef) {
                lines.append(AuditChain.text(checkpoint.line()));
              }
            });
    return new Reply.Bytes(
        isCef ? "text/plain; charset=utf-8" : "application/x-ndjson",
        lines.toString().getBytes(UTF_8));
  }

  private Reply checkpoints(Call call) {
    return Reply.ok(
        from(call).map(from -> PageReply.all(audit.checkpoints(from), CheckpointReply::of)));
  }

  private static Answer<Long> from(Call call) {
    String text = call.query("from").orElse("1");
    return text.matches("[1-9][0-9]{0,17}")
        ? Answer.done(Long.valueOf(text))
        : Answer.refused(
            ProblemCode.INVALID_REQUEST,
            "The parameter 'from' must be a record's number, 1 or more, was '%s'."
                .formatted(Excerpt.of(text)));
  }
}
