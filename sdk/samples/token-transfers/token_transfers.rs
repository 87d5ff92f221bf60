//! Lists the token transfers of a Stellar transaction event, in exact amounts.
//!
//! Contract `processor`: an event `{id, timestamp, data, metadata}` comes in; the same event goes
//! out with `data.token_transfers` and `metadata.processor` added. What may come in is in README.md.
//!
//! Amounts are counted in stroops (10^-7 of a unit) as `i64`, the ledger's own type; there is no
//! floating-point number between the input and the output. The event is not turned into objects: the
//! reader walks over its text, and the output is that text with two insertions, so that everything
//! else passes byte for byte.
#![no_std]
#![no_main]

mod json;
mod text;

use json::{elements, index, Kind, Problem, Text};
use leat::arena::{self, Output};
use leat::log::{self, Level};
use leat::metrics;

const PROCESSOR: &str = "token-transfers";
const STROOPS_PER_UNIT: i64 = 10_000_000;
const DECIMALS: u32 = 7;

// ---- What is read. Names below the transaction are matched without letter case and underscores, so that
// `dest_amount` and `destAmount` are one name.

const EVENT: [&str; 4] = ["id", "timestamp", "data", "metadata"];
const DATA: [&str; 3] = ["transaction", "operations", "token_transfers"];
const METADATA: [&str; 1] = ["processor"];
const TRANSACTION: [&str; 5] = ["hash", "sourceaccount", "successful", "resultcode", "operations"];
const ASSET: [&str; 6] = ["type", "assettype", "code", "assetcode", "issuer", "assetissuer"];

/// The members of an operation that matter, in the order of `OPERATION`.
#[derive(Clone, Copy)]
enum Field {
    Type,
    OperationType,
    Body,
    SourceAccount,
    From,
    Funder,
    To,
    Destination,
    Account,
    Amount,
    AmountStroops,
    StartingBalance,
    StartingBalanceStroops,
    DestAmount,
    DestAmountStroops,
    SendAmount,
    SendAmountStroops,
    SourceAmount,
    SourceAmountStroops,
    Asset,
    AssetType,
    AssetCode,
    AssetIssuer,
    DestAsset,
    SendAsset,
    SourceAssetType,
    SourceAssetCode,
    SourceAssetIssuer,
    Path,
}

const OPERATION: [&str; 29] = [
    "type", "operationtype", "body", "sourceaccount", "from", "funder", "to", "destination", "account", "amount",
    "amountstroops", "startingbalance", "startingbalancestroops", "destamount", "destamountstroops", "sendamount",
    "sendamountstroops", "sourceamount", "sourceamountstroops", "asset", "assettype", "assetcode", "assetissuer",
    "destasset", "sendasset", "sourceassettype", "sourceassetcode", "sourceassetissuer", "path",
];

type Fields<'a> = [Option<Text<'a>>; OPERATION.len()];

// ---- The contract.

#[no_mangle]
pub extern "C" fn allocate(size: usize) -> *mut u8 {
    arena::allocate(size)
}

#[no_mangle]
pub extern "C" fn free(block: *mut u8, _size: usize) {
    arena::free(block)
}

#[no_mangle]
pub extern "C" fn process_event(pointer: *const u8, length: u32) -> u64 {
    // The host wrote `length` bytes into a block that it got from `allocate`.
    let event = unsafe { arena::input(pointer, length) };
    let mut output = Output::new();
    match process(event, &mut output) {
        Ok(()) => output.hand_over(),
        Err(problem) => {
            report(event, problem);
            0
        }
    }
}

fn report(event: &[u8], problem: Problem) {
    let mut line = Output::new();
    line.text("The event was refused");
    if let Ok(text) = core::str::from_utf8(event) {
        if let Ok(members) = index(Text::whole(text), &EVENT, json::exactly) {
            mention(&mut line, members[0]);
        }
    }
    line.text(": ");
    if let Some(operation) = problem.operation {
        line.text("operation ");
        line.number(operation as u64);
        line.text(": ");
    }
    line.text(problem.what);
    if let Some(offset) = problem.offset {
        line.text(" at byte ");
        line.number(offset as u64);
    }
    log::bytes(Level::Error, line.bytes());
}

/// Adds the event's id as the event wrote it, escapes included, so that a line of the log stays one line.
fn mention(line: &mut Output, id: Option<Text>) {
    if let Some(id) = id.filter(|id| id.raw.len() <= 256) {
        line.text(" (id ");
        line.text(id.raw);
        line.text(")");
    }
}

fn process(event: &[u8], output: &mut Output) -> Result<(), Problem> {
    let text = core::str::from_utf8(event).map_err(|e| Problem::at("the event is not UTF-8", e.valid_up_to()))?;
    let whole = Text::whole(text);
    let [id, timestamp, data, metadata] = index(whole, &EVENT, json::exactly)?;
    if id.map_or(true, |id| id.kind() != Kind::String || id.content().is_empty()) {
        return Err(Problem::new("id must be a string that is not empty"));
    }
    if !matches!(timestamp.map(|t| t.kind()), Some(Kind::Number) | Some(Kind::String)) {
        return Err(Problem::new("timestamp must be a number or a string"));
    }
    let data = data.ok_or(Problem::new("data is missing"))?;
    if let Some(metadata) = metadata {
        if metadata.kind() != Kind::Object && metadata.kind() != Kind::Null {
            return Err(Problem::new("metadata must be an object"));
        }
    }
    let mut line = Output::new();
    let mut count = 0;
    match transaction_of(data)? {
        None => {
            output.raw(event);
            line.text("Passed on an event without a transaction");
        }
        Some((transaction, listed)) => {
            let mut transfers = Output::new();
            let successful = extract(transaction, &mut transfers, &mut count)?;
            let mut edits = [list_edit(data, listed), processor_edit(whole, metadata)?];
            if edits[0].start > edits[1].start {
                edits.swap(0, 1);
            }
            let mut copied = 0;
            for edit in edits {
                output.raw(&event[copied..edit.start]);
                output.text(edit.before);
                match edit.value {
                    Value::Transfers => output.raw(transfers.bytes()),
                    Value::Processor => {
                        output.text("\"");
                        output.text(PROCESSOR);
                        output.text("\"");
                    }
                }
                output.text(edit.after);
                copied = edit.end;
            }
            output.raw(&event[copied..]);
            metrics::record("token_transfers_extracted", count as f64);
            line.text("Extracted ");
            line.number(count as u64);
            line.text(if count == 1 { " token transfer" } else { " token transfers" });
            if !successful {
                line.text(" from a failed transaction");
            }
        }
    }
    if output.exhausted() {
        return Err(Problem::new("the result does not fit into memory"));
    }
    mention(&mut line, id);
    log::bytes(Level::Info, line.bytes());
    Ok(())
}

/// The transaction of the event's data, with a `token_transfers` that is already there.
fn transaction_of(data: Text) -> Result<Option<(Text, Option<Text>)>, Problem> {
    if data.kind() != Kind::Object {
        return Ok(None);
    }
    let [transaction, operations, listed] = index(data, &DATA, json::exactly)?;
    match transaction.filter(|t| t.kind() != Kind::Null) {
        Some(transaction) if transaction.kind() != Kind::Object => Err(Problem::new("data.transaction must be an object")),
        Some(transaction) => Ok(Some((transaction, listed))),
        None if operations.map_or(false, |o| o.kind() == Kind::Array) => Ok(Some((data, listed))),
        None => Ok(None),
    }
}

// ---- The output is the input with two edits.

/// Replaces the bytes from `start` to `end` of the event by `before`, the value and `after`.
struct Edit {
    start: usize,
    end: usize,
    before: &'static str,
    value: Value,
    after: &'static str,
}

enum Value {
    Transfers,
    Processor,
}

fn list_edit(data: Text, listed: Option<Text>) -> Edit {
    match listed {
        Some(old) => Edit { start: old.offset, end: old.end(), before: "", value: Value::Transfers, after: "" },
        None => {
            // data holds a transaction, so it is not empty.
            let close = data.end() - 1;
            Edit { start: close, end: close, before: ",\"token_transfers\":", value: Value::Transfers, after: "" }
        }
    }
}

fn processor_edit(event: Text, metadata: Option<Text>) -> Result<Edit, Problem> {
    let metadata = match metadata {
        None => {
            let close = event.end() - 1;
            return Ok(Edit { start: close, end: close, before: ",\"metadata\":{\"processor\":", value: Value::Processor, after: "}" });
        }
        Some(null) if null.kind() == Kind::Null => {
            return Ok(Edit { start: null.offset, end: null.end(), before: "{\"processor\":", value: Value::Processor, after: "}" });
        }
        Some(metadata) => metadata,
    };
    Ok(match index(metadata, &METADATA, json::exactly)?[0] {
        Some(old) => Edit { start: old.offset, end: old.end(), before: "", value: Value::Processor, after: "" },
        None => {
            let close = metadata.end() - 1;
            let before = if metadata.has_members() { ",\"processor\":" } else { "\"processor\":" };
            Edit { start: close, end: close, before, value: Value::Processor, after: "" }
        }
    })
}

// ---- Extraction.

/// Writes the list of transfers and answers whether the transaction was successful.
fn extract(transaction: Text, list: &mut Output, count: &mut u32) -> Result<bool, Problem> {
    let [hash, source, successful, result_code, operations] = index(transaction, &TRANSACTION, json::loosely)?;
    let hash = string(hash, "the transaction's hash must be a string")?;
    let source = string(source, "the transaction's source_account must be a string")?;
    let operations = operations
        .filter(|o| o.kind() == Kind::Array)
        .ok_or(Problem::new("the transaction's operations must be an array"))?;
    let successful = is_successful(successful, result_code)?;
    list.text("[");
    for (position, operation) in elements(operations).enumerate() {
        if !successful {
            break;
        }
        let position = position as u32;
        let transfer = transfer_of(operation, source).map_err(|problem| problem.of_operation(position))?;
        if let Some(transfer) = transfer {
            if *count > 0 {
                list.text(",");
            }
            transfer.write(list, position, hash).map_err(|problem| problem.of_operation(position))?;
            *count += 1;
        }
    }
    list.text("]");
    Ok(successful)
}

/// A transaction is successful unless `successful` or `result_code` says otherwise.
fn is_successful(successful: Option<Text>, result_code: Option<Text>) -> Result<bool, Problem> {
    let flag = match present(successful).map(|s| s.raw) {
        None | Some("true") => true,
        Some("false") => false,
        Some(_) => return Err(Problem::new("the transaction's successful must be true or false")),
    };
    let code = match string(result_code, "the transaction's result_code must be a string")? {
        None => true,
        Some(code) => ["success", "txsuccess", "txfeebumpinnersuccess"].iter().any(|name| json::loosely(code, name)),
    };
    Ok(flag && code)
}

struct Transfer<'a> {
    kind: &'static str,
    from: Text<'a>,
    to: Text<'a>,
    asset: Asset<'a>,
    amount: i64,
    sent: Option<(Asset<'a>, i64)>,
    path: Option<Text<'a>>,
}

fn transfer_of<'a>(operation: Text<'a>, transaction_source: Option<Text<'a>>) -> Result<Option<Transfer<'a>>, Problem> {
    let fields = fields_of(operation)?;
    let name = one(&fields, &[Field::Type, Field::OperationType])?.ok_or(Problem::new("type is missing"))?;
    let name = string(Some(name), "type must be a string")?.ok_or(Problem::new("type is missing"))?;
    let is = |kind| json::loosely(name, kind);
    let source = string(fields[Field::SourceAccount as usize], "source_account must be a string")?.or(transaction_source);
    let from = |other: Field| -> Result<Text<'a>, Problem> {
        let named = string(fields[other as usize], "from must be a string")?;
        named.or(source).ok_or(Problem::new("there is no source_account, in the operation or in the transaction"))
    };
    let to = |names: &[Field]| -> Result<Text<'a>, Problem> {
        let account = string(one(&fields, names)?, "destination must be a string")?;
        account.ok_or(Problem::new("destination is missing"))
    };
    if is("payment") {
        return Ok(Some(Transfer {
            kind: "payment",
            from: from(Field::From)?,
            to: to(&[Field::Destination, Field::To])?,
            asset: asset_of(&fields, Field::Asset, HORIZON_ASSET)?.unwrap_or(Asset::Native),
            amount: required(amount(&fields, &[(Field::Amount, Field::AmountStroops)])?, "amount is missing")?,
            sent: None,
            path: None,
        }));
    }
    if is("createaccount") {
        return Ok(Some(Transfer {
            kind: "create_account",
            from: from(Field::Funder)?,
            to: to(&[Field::Destination, Field::Account])?,
            asset: Asset::Native,
            amount: required(
                amount(&fields, &[(Field::StartingBalance, Field::StartingBalanceStroops)])?,
                "starting_balance is missing",
            )?,
            sent: None,
            path: None,
        }));
    }
    let receive = is("pathpaymentstrictreceive") || is("pathpayment");
    if !receive && !is("pathpaymentstrictsend") {
        return Ok(None);
    }
    let asset = match asset_of(&fields, Field::DestAsset, NO_ASSET)? {
        Some(asset) => asset,
        None => required(asset_of(&fields, Field::Asset, HORIZON_ASSET)?, "dest_asset is missing")?,
    };
    let received = amount(&fields, &[(Field::DestAmount, Field::DestAmountStroops), (Field::Amount, Field::AmountStroops)])?;
    let sent = amount(
        &fields,
        &[(Field::SendAmount, Field::SendAmountStroops), (Field::SourceAmount, Field::SourceAmountStroops)],
    )?;
    let sent = match sent {
        Some(sent) => {
            let asset = asset_of(&fields, Field::SendAsset, HORIZON_SOURCE_ASSET)?;
            Some((required(asset, "send_asset is missing, but there is a send_amount")?, sent))
        }
        None => None,
    };
    Ok(Some(Transfer {
        kind: if receive { "path_payment_strict_receive" } else { "path_payment_strict_send" },
        from: from(Field::From)?,
        to: to(&[Field::Destination, Field::To])?,
        asset,
        // dest_min is a bound that the sender set, not an amount that moved.
        amount: required(received, "dest_amount is missing: the amount that the destination received")?,
        sent,
        path: fields[Field::Path as usize],
    }))
}

impl Transfer<'_> {
    fn write(&self, list: &mut Output, position: u32, hash: Option<Text>) -> Result<(), Problem> {
        list.text("{\"operation_index\":");
        list.number(position as u64);
        list.text(",\"operation_type\":\"");
        list.text(self.kind);
        list.text("\",\"from\":");
        list.text(self.from.raw);
        list.text(",\"to\":");
        list.text(self.to.raw);
        self.asset.write(list, ",\"asset\":", Some(",\"asset_type\":\""));
        write_amount(list, ",\"amount\":\"", self.amount);
        list.text(",\"amount_stroops\":\"");
        list.number(self.amount as u64);
        list.text("\"");
        if let Some((asset, amount)) = self.sent {
            asset.write(list, ",\"source_asset\":", Some(",\"source_asset_type\":\""));
            write_amount(list, ",\"source_amount\":\"", amount);
            list.text(",\"source_amount_stroops\":\"");
            list.number(amount as u64);
            list.text("\"");
        }
        if let Some(path) = present(self.path) {
            if path.kind() != Kind::Array {
                return Err(Problem::new("path must be an array of assets"));
            }
            list.text(",\"path\":[");
            for (position, hop) in elements(path).enumerate() {
                asset(hop)?.write(list, if position > 0 { "," } else { "" }, None);
            }
            list.text("]");
        }
        if let Some(hash) = hash {
            list.text(",\"transaction_hash\":");
            list.text(hash.raw);
        }
        list.text("}");
        Ok(())
    }
}

/// The members of an operation and of its `body`, which is an object or a string that holds one.
fn fields_of(operation: Text) -> Result<Fields, Problem> {
    if operation.kind() != Kind::Object {
        return Err(Problem::new("it must be an object"));
    }
    let mut fields = index(operation, &OPERATION, json::loosely)?;
    let body = match present(fields[Field::Body as usize]) {
        None => return Ok(fields),
        Some(body) if body.kind() == Kind::String => {
            Text::whole(characters(body)?)
        }
        Some(body) => body,
    };
    let inner = index(body, &OPERATION, json::loosely)
        .map_err(|_| Problem::new("body must be a JSON object, or a string that holds one"))?;
    for (field, value) in fields.iter_mut().zip(inner) {
        match (&field, value) {
            (None, _) => *field = value,
            (Some(outer), Some(inner)) if outer.raw != inner.raw => {
                return Err(Problem::new("a member of the operation has another value in its body"));
            }
            _ => (),
        }
    }
    Ok(fields)
}

// ---- Values.

fn present(value: Option<Text>) -> Option<Text> {
    value.filter(|value| value.kind() != Kind::Null)
}

fn required<T>(value: Option<T>, problem: &'static str) -> Result<T, Problem> {
    value.ok_or(Problem::new(problem))
}

/// A string that is not empty, or None for an absent one.
fn string<'a>(value: Option<Text<'a>>, problem: &'static str) -> Result<Option<Text<'a>>, Problem> {
    match present(value) {
        None => Ok(None),
        Some(value) if value.kind() == Kind::String && !value.content().is_empty() => Ok(Some(value)),
        Some(_) => Err(Problem::new(problem)),
    }
}

/// What a string says once its escapes are resolved.
fn characters(string: Text) -> Result<&str, Problem> {
    required(text::unescaped(string), "a string with half a surrogate pair")
}

/// The value of the one name among several for the same thing that is there; two must hold the same.
fn one<'a>(fields: &Fields<'a>, names: &[Field]) -> Result<Option<Text<'a>>, Problem> {
    let mut found: Option<Text> = None;
    for name in names {
        if let Some(value) = present(fields[*name as usize]) {
            match found {
                Some(other) if other.raw != value.raw => {
                    return Err(Problem::new("two names for the same thing hold two values"));
                }
                _ => found = Some(value),
            }
        }
    }
    Ok(found)
}

/// An amount in stroops, from any of the pairs (decimal string, stroops); all that are there must agree.
fn amount(fields: &Fields, names: &[(Field, Field)]) -> Result<Option<i64>, Problem> {
    let mut found = None;
    for (decimal, stroops) in names {
        let decimal = present(fields[*decimal as usize]).map(decimal_amount);
        let stroops = present(fields[*stroops as usize]).map(stroops_amount);
        for value in decimal.into_iter().chain(stroops) {
            let value = value?;
            match found {
                Some(other) if other != value => return Err(Problem::new("two amounts for the same thing differ")),
                _ => found = Some(value),
            }
        }
    }
    Ok(found)
}

/// Units with up to seven decimals, as a string: "12", "12.5", "0.0000001".
fn decimal_amount(value: Text) -> Result<i64, Problem> {
    const WRONG: Problem = Problem::new("an amount must be a string such as \"12.5000000\": digits, at most seven behind the point");
    if value.kind() != Kind::String {
        return Err(WRONG);
    }
    let mut parts = characters(value)?.split('.');
    let whole = parts.next().unwrap_or("");
    let fraction = parts.next();
    let decimals = fraction.unwrap_or("");
    if parts.next().is_some() || fraction == Some("") || decimals.len() > DECIMALS as usize {
        return Err(WRONG);
    }
    let units = digits(whole).ok_or(WRONG)?;
    let mut rest = if decimals.is_empty() { 0 } else { digits_with_zeros(decimals).ok_or(WRONG)? };
    for _ in decimals.len()..DECIMALS as usize {
        rest *= 10;
    }
    in_range(units * STROOPS_PER_UNIT as i128 + rest)
}

/// Stroops, as a string of digits or a JSON number without point and exponent.
fn stroops_amount(value: Text) -> Result<i64, Problem> {
    let text = match value.kind() {
        Kind::String => characters(value)?,
        Kind::Number => value.raw,
        _ => "",
    };
    in_range(digits(text).ok_or(Problem::new("an amount in stroops must be digits, as a number or a string"))?)
}

fn in_range(stroops: i128) -> Result<i64, Problem> {
    i64::try_from(stroops).map_err(|_| Problem::new("an amount is above 922337203685.4775807, the ledger's largest"))
}

/// Digits without a leading zero. More than fit into any amount stop at a number that is out of range anyway.
fn digits(text: &str) -> Option<i128> {
    if text.len() > 1 && text.starts_with('0') {
        return None;
    }
    digits_with_zeros(text)
}

fn digits_with_zeros(text: &str) -> Option<i128> {
    const ENOUGH: i128 = 1 << 90;
    let mut number: i128 = 0;
    for byte in text.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        if number < ENOUGH {
            number = number * 10 + (byte - b'0') as i128;
        }
    }
    if text.is_empty() { None } else { Some(number) }
}

fn write_amount(list: &mut Output, name: &str, stroops: i64) {
    list.text(name);
    list.number((stroops / STROOPS_PER_UNIT) as u64);
    list.text(".");
    let mut rest = stroops % STROOPS_PER_UNIT;
    for _ in 0..DECIMALS {
        rest *= 10;
        list.byte(b'0' + (rest / STROOPS_PER_UNIT) as u8);
        rest %= STROOPS_PER_UNIT;
    }
    list.text("\"");
}

// ---- Assets.

#[derive(Clone, Copy)]
enum Asset<'a> {
    Native,
    Credit { code: &'a str, issuer: &'a str },
}

/// The three members that spell an asset beside the operation's others.
type Spelled = Option<(Field, Field, Field)>;
const HORIZON_ASSET: Spelled = Some((Field::AssetType, Field::AssetCode, Field::AssetIssuer));
const HORIZON_SOURCE_ASSET: Spelled = Some((Field::SourceAssetType, Field::SourceAssetCode, Field::SourceAssetIssuer));
const NO_ASSET: Spelled = None;

/// An asset in one member, or spelled out in three.
fn asset_of<'a>(fields: &Fields<'a>, member: Field, spelled: Spelled) -> Result<Option<Asset<'a>>, Problem> {
    if let Some(value) = present(fields[member as usize]) {
        return asset(value).map(Some);
    }
    match spelled {
        None => Ok(None),
        Some((kind, code, issuer)) => {
            let parts = [fields[kind as usize], fields[code as usize], fields[issuer as usize]];
            if parts.iter().all(|part| present(*part).is_none()) {
                return Ok(None);
            }
            asset_from(parts[0], parts[1], parts[2]).map(Some)
        }
    }
}

/// `"native"`, `"CODE:ISSUER"`, or an object with type, code and issuer.
fn asset(value: Text) -> Result<Asset, Problem> {
    const WRONG: Problem = Problem::new("an asset must be \"native\", \"CODE:ISSUER\" or an object with type, code and issuer");
    match value.kind() {
        Kind::String => match characters(value)? {
            "native" => Ok(Asset::Native),
            text => {
                let (code, issuer) = text.split_once(':').ok_or(WRONG)?;
                credit(code, issuer)
            }
        },
        Kind::Object => {
            let [kind, kind2, code, code2, issuer, issuer2] = index(value, &ASSET, json::loosely)?;
            asset_from(present(kind).or(kind2), present(code).or(code2), present(issuer).or(issuer2))
        }
        _ => Err(WRONG),
    }
}

fn asset_from<'a>(kind: Option<Text<'a>>, code: Option<Text<'a>>, issuer: Option<Text<'a>>) -> Result<Asset<'a>, Problem> {
    let kind = string(kind, "an asset's type must be a string")?;
    let code = string(code, "an asset's code must be a string")?.map(characters).transpose()?;
    let issuer = string(issuer, "an asset's issuer must be a string")?.map(characters).transpose()?;
    let is = |name| kind.map_or(false, |kind| json::loosely(kind, name));
    if is("native") {
        return match (code, issuer) {
            (None, None) | (Some("XLM"), None) => Ok(Asset::Native),
            _ => Err(Problem::new("a native asset has no issuer")),
        };
    }
    let code = required(code, "an asset's code is missing")?;
    let issuer = required(issuer, "an asset's issuer is missing")?;
    let fits = match code.len() {
        _ if kind.is_none() => true,
        1..=4 => is("creditalphanum4"),
        _ => is("creditalphanum12"),
    };
    if !fits {
        return Err(Problem::new("an asset's type must be native, credit_alphanum4 or credit_alphanum12, and fit the length of its code"));
    }
    credit(code, issuer)
}

/// Both are letters and digits, so that they need no escape where they are written.
fn credit<'a>(code: &'a str, issuer: &'a str) -> Result<Asset<'a>, Problem> {
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if code.is_empty() || code.len() > 12 || !plain(code) {
        return Err(Problem::new("an asset's code must be 1 to 12 letters and digits"));
    }
    if issuer.is_empty() || !plain(issuer) {
        return Err(Problem::new("an asset's issuer must be an account: letters and digits"));
    }
    Ok(Asset::Credit { code, issuer })
}

impl Asset<'_> {
    fn write(&self, list: &mut Output, name: &str, type_name: Option<&str>) {
        list.text(name);
        let kind = match self {
            Asset::Native => {
                list.text("\"native\"");
                "native"
            }
            Asset::Credit { code, issuer } => {
                list.text("\"");
                list.text(code);
                list.text(":");
                list.text(issuer);
                list.text("\"");
                if code.len() <= 4 { "credit_alphanum4" } else { "credit_alphanum12" }
            }
        };
        if let Some(type_name) = type_name {
            list.text(type_name);
            list.text(kind);
            list.text("\"");
        }
    }
}
