//! The counting as plain SQL, from the same [`Settings`] and mappings as the counting here.
//!
//! Each table is one statement with nothing but common table expressions, window functions, `SUBSTR`,
//! `CASE` and whole numbers, so that Spark, DuckDB, ClickHouse and SQLite run it alike. A database has no
//! order of rows: mappings need the column `line`, or rows of one moment come by article.

use crate::failure::{Failure, Outcome};
use crate::index::{Log, Settings, Weighing, fixed};
use crate::orders::{self, CurrencyColumn, PriceColumns, ServiceItems, ServiceRule, TimeColumn, TimeFormat, When};
use crate::visits;
use wellmet_engine::time::Span;

/// Names of the tables that statements read, and how names are quoted.
#[derive(Clone, Debug)]
pub struct Dialect {
    /// The raw order log.
    pub orders: String,
    /// The raw click log.
    pub clicks: String,
    /// Products with the columns `item` and `category`.
    pub products: String,
    /// The character around names that are no plain words: a backtick for Spark, ClickHouse and SQLite, a
    /// double quote for DuckDB.
    pub quote: char,
}

/// A result table: its name and the statement that makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Name to save the result under.
    pub table: &'static str,
    /// The statement.
    pub text: String,
}

/// Statements over an order log: what goes together, by article and by category, and a summary of customers.
///
/// # Errors
/// A [`Failure`] `not-in-sql` for what a mapping asks and plain SQL cannot do.
pub fn of_orders(mapping: &orders::Mapping, settings: &Settings, dialect: &Dialect) -> Outcome<Vec<Statement>> {
    let lines = order_lines(mapping, dialect)?;
    let items = format!(
        "{lines},\n{}",
        "heads AS (SELECT grp, person, customer, day FROM (SELECT grp, person, customer, day, ROW_NUMBER() OVER \
         (PARTITION BY grp ORDER BY line, item) AS n FROM lines) t WHERE n = 1),\n\
         firsts AS (SELECT grp, item, MIN(line) AS line FROM lines GROUP BY grp, item),\n\
         numbered AS (SELECT grp, item, ROW_NUMBER() OVER (PARTITION BY grp ORDER BY line, item) - 1 AS place FROM firsts)"
    );
    let cut = format!("placed AS (SELECT grp, item, place FROM numbered WHERE place < {})", Log::ORDER_LINES);
    let by_category = format!(
        "cut AS (SELECT grp, item, place FROM numbered WHERE place < {}),\n\
         placed AS (SELECT c.grp, p.category AS item, ROW_NUMBER() OVER (PARTITION BY c.grp ORDER BY c.place) - 1 AS place \
         FROM cut c JOIN {} p ON p.item = c.item WHERE p.category <> '')",
        Log::ORDER_LINES,
        dialect.products
    );
    let days = settings.popular_days;
    let mut statements = Vec::new();
    for (names, placed) in [(["with_items", "with_pairs"], &cut), (["category_items", "category_pairs"], &by_category)]
    {
        let sequence = format!("{items},\n{placed}");
        statements.push(Statement { table: names[0], text: item_sums(&sequence, &settings.with, days) });
        statements
            .push(Statement { table: names[1], text: pair_sums(&sequence, &settings.with, settings.least_people) });
    }
    if mapping.customer.is_some() {
        statements.push(Statement { table: "customers", text: customers(&items) });
    }
    Ok(statements)
}

/// Statements over a click log: what is looked at next.
///
/// # Errors
/// As [`of_orders`].
pub fn of_clicks(mapping: &visits::Mapping, settings: &Settings, dialect: &Dialect) -> Outcome<Vec<Statement>> {
    if mapping.each.is_some() {
        return Err(nested());
    }
    let name = |column: &str| quoted(column, dialect.quote);
    let visit: Vec<String> = mapping.session.list().iter().map(|column| text(&name(column))).collect();
    let visit = visit.join(" || '|' || ");
    let person = match &mapping.person {
        Some(person) => {
            format!("CASE WHEN {p} IS NULL OR {p} = '' THEN 'visit:' || {visit} ELSE {p} END", p = text(&name(person)))
        }
        None => visit.clone(),
    };
    let line = mapping.line.as_ref().map_or("0".to_owned(), |line| format!("CAST({} AS BIGINT)", name(line)));
    let moment = Moment::of(&mapping.time, &name(&mapping.time.column))?;
    let meant = conditions(&mapping.only, true, dialect.quote);
    let lines = format!(
        "raw AS (SELECT {visit} AS grp, {person} AS person, {} AS item, {line} AS line, {} FROM {}{}),\n{},\n\
         lines AS (SELECT grp, person, item, line, {} AS ms, day FROM days WHERE grp <> '' AND item <> '' AND day >= 7305)",
        text(&name(&mapping.item)),
        moment.raw,
        dialect.clicks,
        filter(&meant),
        moment.days("grp, person, item, line"),
        moment.order,
    );
    let sequence = format!(
        "{lines},\n\
         heads AS (SELECT grp, MIN(person) AS person, MAX(day) AS day FROM lines GROUP BY grp),\n\
         numbered AS (SELECT grp, item, ROW_NUMBER() OVER (PARTITION BY grp ORDER BY ms, line, item) - 1 AS place FROM lines),\n\
         placed AS (SELECT grp, item, place FROM numbered WHERE place < {})",
        Log::VISIT_CLICKS
    );
    Ok(vec![
        Statement { table: "next_items", text: item_sums(&sequence, &settings.next, settings.popular_days) },
        Statement { table: "next_pairs", text: pair_sums(&sequence, &settings.next, settings.least_people) },
    ])
}

/// Rows of the log that count, with text ids, the day as a number and money in minor units.
fn order_lines(mapping: &orders::Mapping, dialect: &Dialect) -> Outcome<String> {
    if mapping.each.is_some() {
        return Err(nested());
    }
    let name = |column: &str| quoted(column, dialect.quote);
    let order = text(&name(&mapping.order));
    let item = text(&name(&mapping.item));
    let customer = mapping.customer.as_ref().map_or("''".to_owned(), |column| {
        let column = text(&name(column));
        format!("CASE WHEN {column} IS NULL THEN '' ELSE {column} END")
    });
    let line = mapping.line.as_ref().map_or("0".to_owned(), |line| format!("CAST({} AS BIGINT)", name(line)));
    let moment = Moment::of(&mapping.time, &name(&mapping.time.column))?;
    let pieces = format!("CAST({} AS BIGINT)", name(&mapping.quantity));
    let amount = format!("CAST({} AS DECIMAL(18, 6))", name(mapping.price.amount()));
    let minor = 10i64.pow(mapping.main_currency().exponent());
    let paid = match mapping.price {
        PriceColumns::Unit { .. } => format!("CAST(ROUND({amount} * {minor}) AS BIGINT) * {pieces}"),
        PriceColumns::Line { .. } => format!("CAST(ROUND({amount} * {minor}) AS BIGINT)"),
    };
    let mut meant = conditions(&mapping.only, true, dialect.quote);
    meant.extend(conditions(&mapping.cancelled, false, dialect.quote));
    meant.extend(conditions(&mapping.returned, false, dialect.quote));
    meant.push(format!("{pieces} > 0"));
    meant.push(format!("{amount} > 0"));
    if let Some(prefix) = &mapping.cancelled_prefix {
        meant.push(format!("SUBSTR({order}, 1, {}) <> {}", prefix.chars().count(), literal(prefix)));
    }
    match &mapping.service_items {
        Some(ServiceItems::Rule(ServiceRule::WithoutDigit)) => {
            let digit = |digit: u8| format!("{item} LIKE '%{digit}%'");
            meant.push(format!("({})", (0..10).map(digit).collect::<Vec<_>>().join(" OR ")));
        }
        Some(ServiceItems::Ids(ids)) if !ids.is_empty() => {
            let ids: Vec<String> = ids.iter().map(|id| literal(id)).collect();
            meant.push(format!("{item} NOT IN ({})", ids.join(", ")));
        }
        _ => {}
    }
    if let CurrencyColumn::Column { column, main } = &mapping.currency {
        meant.push(format!("{} = {}", text(&name(column)), literal(main)));
    }
    Ok(format!(
        "raw AS (SELECT {order} AS grp, {customer} AS customer, {item} AS item, {line} AS line, {paid} AS paid, {} \
         FROM {}{}),\n{},\n\
         lines AS (SELECT grp, customer, CASE WHEN customer = '' THEN 'guest:' || grp ELSE customer END AS person, item, \
         line, paid, day FROM days WHERE grp <> '' AND item <> '' AND day >= 7305)",
        moment.raw,
        dialect.orders,
        filter(&meant),
        moment.days("grp, customer, item, line, paid"),
    ))
}

/// How a moment becomes a day, as a number since 1970-01-01.
struct Moment {
    /// Columns that the first step reads.
    raw: String,
    /// The steps from there to `day`, with a place for the columns that go along.
    steps: &'static str,
    /// What orders the rows of a visit.
    order: &'static str,
    /// Milliseconds that local time is before UTC.
    offset: i64,
}

/// Days from a civil date, after Howard Hinnant, "chrono-compatible low-level date algorithms"; `a / b` is
/// written so that it is exact whatever the database makes of a division of whole numbers.
const CIVIL: &str = "\
shifted AS (SELECT {columns}, clock, CASE WHEN m <= 2 THEN y - 1 ELSE y END AS y, CASE WHEN m > 2 THEN m - 3 ELSE m + 9 END AS m, d FROM raw),
parts AS (SELECT {columns}, clock, y, y % 400 AS yoe, 153 * m + 2 AS mm, d FROM shifted),
counted AS (SELECT {columns}, clock, CAST((y - yoe) / 400 AS BIGINT) * 146097 + yoe * 365 + CAST((yoe - yoe % 4) / 4 AS BIGINT) - CAST((yoe - yoe % 100) / 100 AS BIGINT) + CAST((mm - mm % 5) / 5 AS BIGINT) + d - 719469 AS date FROM parts),
moments AS (SELECT {columns}, date * 86400000 + clock - {offset} AS ms FROM counted),
days AS (SELECT {columns}, ms, CAST((ms - ms % 86400000) / 86400000 AS BIGINT) AS day FROM moments)";
const UNIX: &str = "\
moments AS (SELECT {columns}, clock AS ms FROM raw),
days AS (SELECT {columns}, ms, CAST((ms - ms % 86400000) / 86400000 AS BIGINT) AS day FROM moments)";

impl Moment {
    fn of(time: &TimeColumn, column: &str) -> Outcome<Self> {
        let part = |from: usize, count: usize| format!("CAST(SUBSTR({column}, {from}, {count}) AS BIGINT)");
        let Span(offset) = time.offset();
        let civil = |y: String, m: String, d: String, clock: String| Self {
            raw: format!("{y} AS y, {m} AS m, {d} AS d, {clock} AS clock"),
            steps: CIVIL,
            order: "ms",
            offset,
        };
        let unix = |clock: String| Self { raw: format!("{clock} AS clock"), steps: UNIX, order: "ms", offset: 0 };
        let number = format!("CAST({column} AS BIGINT)");
        Ok(match time.format {
            // Spark and SQLite both write a moment of theirs like this when it is asked for as text.
            None | Some(TimeFormat::Iso) => {
                let field = |at: usize, ms: i64| {
                    format!("CASE WHEN LENGTH({column}) >= {} THEN {} ELSE 0 END * {ms}", at + 1, part(at, 2))
                };
                let clock = format!("{} + {} + {}", field(12, 3_600_000), field(15, 60_000), field(18, 1_000));
                civil(part(1, 4), part(6, 2), part(9, 2), clock)
            }
            Some(TimeFormat::Compact) => civil(part(1, 4), part(5, 2), part(7, 2), "0".into()),
            Some(TimeFormat::UnixSeconds) => unix(format!("{number} * 1000")),
            Some(TimeFormat::UnixMillis) => unix(number),
            Some(TimeFormat::UnixMicros) => unix(format!("CAST(({number} - {number} % 1000) / 1000 AS BIGINT)")),
            Some(format @ (TimeFormat::DayFirst | TimeFormat::MonthFirst)) => {
                let message = format!("dates of the format {:?} are not read in plain SQL", format.name());
                return Err(Failure::new("not-in-sql", message)
                    .fix("make a view of the log with dates like 2024-05-31, and a mapping for it"));
            }
        })
    }

    fn days(&self, columns: &str) -> String {
        self.steps.replace("{columns}", columns).replace("{offset}", &self.offset.to_string())
    }
}

/// Freshness by age, until it is nothing.
fn freshness(weighing: &Weighing) -> String {
    let weight = |age: i64| fixed::fresh(age, weighing.half_life);
    let rows: Vec<String> =
        (0..).take_while(|age| weight(*age) > 0).map(|age| format!("({age}, {})", weight(age))).collect();
    format!("fresh(age, weight) AS (VALUES {})", rows.join(", "))
}

fn item_sums(sequence: &str, weighing: &Weighing, popular_days: f64) -> String {
    format!(
        "WITH {},\n{sequence},\n\
         last AS (SELECT MAX(h.day) AS day FROM heads h WHERE EXISTS (SELECT 1 FROM placed p WHERE p.grp = h.grp)),\n\
         once AS (SELECT DISTINCT grp, item FROM placed)\n\
         SELECT o.item AS item, SUM(COALESCE(f.weight, 0)) AS mass,\n\
         SUM(CASE WHEN h.day > l.day - {days} THEN 1 ELSE 0 END) AS recent,\n\
         COUNT(DISTINCT CASE WHEN h.day > l.day - {days} THEN h.person END) AS recent_people, MAX(l.day) AS last_day\n\
         FROM once o JOIN heads h ON h.grp = o.grp CROSS JOIN last l LEFT JOIN fresh f ON f.age = l.day - h.day\n\
         GROUP BY o.item ORDER BY o.item",
        freshness(weighing),
        days = popular_days.ceil() as i64,
    )
}

fn pair_sums(sequence: &str, weighing: &Weighing, least_people: u32) -> String {
    let near = fixed::near(weighing);
    let near: Vec<String> = (1..near.len()).map(|at| format!("({at}, {}, {})", near[at].0, near[at].1)).collect();
    format!(
        "WITH {},\nnear(distance, ahead, back) AS (VALUES {}),\n{sequence},\n\
         last AS (SELECT MAX(h.day) AS day FROM heads h WHERE EXISTS (SELECT 1 FROM placed p WHERE p.grp = h.grp)),\n\
         nearest AS (SELECT x.grp AS grp, x.item AS a, y.item AS b,\n\
         MAX(CASE WHEN y.place > x.place THEN n.ahead ELSE n.back END) AS weight\n\
         FROM placed x JOIN placed y ON y.grp = x.grp JOIN near n ON n.distance = ABS(y.place - x.place)\n\
         WHERE x.item <> y.item GROUP BY x.grp, x.item, y.item)\n\
         SELECT n.a AS a, n.b AS b, SUM(CAST(n.weight AS BIGINT) * COALESCE(f.weight, 0)) AS sum, COUNT(DISTINCT h.person) AS people\n\
         FROM nearest n JOIN heads h ON h.grp = n.grp CROSS JOIN last l LEFT JOIN fresh f ON f.age = l.day - h.day\n\
         WHERE n.weight > 0 GROUP BY n.a, n.b HAVING COUNT(DISTINCT h.person) >= {least_people}\n\
         AND SUM(CAST(n.weight AS BIGINT) * COALESCE(f.weight, 0)) > 0 ORDER BY n.a, n.b",
        freshness(weighing),
        near.join(", "),
    )
}

/// What `wellmet value` needs of each customer. An order belongs to the customer and the day of its first line.
fn customers(items: &str) -> String {
    format!(
        "WITH {items},\n\
         totals AS (SELECT grp, SUM(paid) AS paid FROM lines GROUP BY grp),\n\
         bought AS (SELECT h.customer AS customer, h.day AS day, SUM(t.paid) AS paid FROM heads h JOIN totals t ON t.grp = h.grp\n\
         WHERE h.customer <> '' GROUP BY h.customer, h.day)\n\
         SELECT customer, day, paid AS minor FROM bought ORDER BY customer, day"
    )
}

fn nested() -> Failure {
    Failure::new("not-in-sql", "lists inside records (\"each\") are not read in plain SQL")
        .fix("make a view with one row a line, and a mapping for it")
}

/// Conditions that every column has one of its values, or that not every one has.
fn conditions(when: &When, wanted: bool, quote: char) -> Vec<String> {
    let each: Vec<String> = when
        .iter()
        .map(|(column, values)| {
            let values: Vec<String> = values.list().iter().map(|value| literal(value)).collect();
            format!("COALESCE({}, '') IN ({})", text(&quoted(column, quote)), values.join(", "))
        })
        .collect();
    match (each.is_empty(), wanted) {
        (true, _) => Vec::new(),
        (false, true) => each,
        (false, false) => vec![format!("NOT ({})", each.join(" AND "))],
    }
}

fn filter(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) }
}

/// A column as text without outer blanks, whatever its type is.
fn text(column: &str) -> String {
    format!("TRIM(CAST({column} AS VARCHAR(512)))")
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn quoted(name: &str, quote: char) -> String {
    format!("{quote}{}{quote}", name.replace(quote, &format!("{quote}{quote}")))
}
