/**
 * Examples: what the playground shows in its tabs, as data, so that tests run each of them.
 *
 * @module
 */

/** A query that people can run as it stands. */
export interface Example {
  /** The name of its operation, and of its tab. */
  readonly name: string;
  readonly query: string;
  readonly variables?: { readonly [name: string]: unknown };
}

const revenueByMonth = `# Two lines of business, each with its revenue by month.
# \`segments\` gives all of them.
query RevenueByMonth {
  ledger {
    revision
    openFrom
    payments: segment(id: "payments") { ...Line }
    fund: segment(id: "yuebao") { ...Line }
  }
}

fragment Line on SegmentLedger {
  id
  title
  revenue(by: MONTH) {
    period
    amount { amount currency }
  }
}
`;

const asItStood = `# The books as they stood at the end of March 2016.
# Add revision: "100" or knownAt: what was known then.
query AsItStood {
  ledger(asOf: "2016-03-31") {
    revision
    asOf
    balanceSheet(entity: "platform") {
      assets { account amount { amount } }
      liabilities { account overdraft amount { amount } }
      equity { account amount { amount } }
      totals {
        assets { amount currency }
        liabilities { amount currency }
        equity { amount currency }
        result { amount currency }
      }
    }
  }
}
`;

const payments = `# The largest payments: who, what became of them.
# One by its id: payment(id: "…"); both at any asOf.
query Payments {
  ledger {
    payments(orderBy: AMOUNT_DESC, first: 3) {
      totalCount
      nodes {
        id
        amount { amount currency }
        method
        initiatedOn
        payer { id positions { amount } }
        payee { id payments { totalCount } }
        confirmed { amount { amount } fee { amount } }
        refunds { on amount { amount } }
        remaining { amount }
        events { nodes { revision type } }
      }
    }
  }
}
`;

const statement = `# A wallet's statement: each line with its event.
query Statement($account: ID!) {
  ledger {
    account(id: $account) {
      id
      balance { amount currency }
      statement(first: 20) {
        nodes {
          day
          amount { amount }
          balance { amount }
          event { revision type subject }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
`;

const newestEvents = `# The newest facts, their entries,
# and what the rules made of them.
query NewestEvents {
  events(first: 5, filter: { kind: FACT }) {
    nodes {
      revision
      type
      subject
      effectiveOn
      data
      entry { account amount }
      consequenceCount
      consequences(first: 3) {
        type
        entry { account amount }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`;

const topUp = `# A command. Send it twice: the same key answers
# with the first result, and repeated is true.
mutation TopUp($input: TopUpInput!) {
  topUp(input: $input) {
    __typename
    ... on CommandAccepted {
      revision
      repeated
      events {
        nodes { type entry { account amount } }
      }
    }
    ... on Refusal { code message hint }
  }
}
`;

const openSandbox = `# A fork of the book under other assumptions.
# What is done in it never touches the book: pass its id
# as \`sandbox\` to any query or command.
mutation OpenSandbox($input: OpenSandboxInput!) {
  openSandbox(input: $input) {
    __typename
    ... on Sandbox {
      id
      forkedAt
      overrides { parameter value from }
      ledger {
        segment(id: "payments") {
          balances { name amount { amount } }
        }
      }
    }
    ... on Refusal { code message hint }
  }
}
`;

const whatIf = `# What if merchants had paid 0.38 % from April on?
# The same books again, under another assumption.
mutation WhatIf {
  runScenario(input: { text: """
    scenario: cheaper-payments
    base: { book: main }
    horizon: { from: 2016-01-01, to: 2016-12-31 }
    assumptions:
      payments.merchantFeeRate[*]: { 2016-04-01: 0.38% }
  """ }) {
    __typename
    ... on Run {
      id
      variants {
        name
        evaluated
        ledger {
          segment(id: "payments") {
            revenue(by: QUARTER) {
              period
              amount { amount }
            }
          }
        }
      }
      divergences(first: 5) {
        nodes { divergence { type subject code } }
      }
    }
    ... on Refusal { code message hint }
  }
}
`;

const explain = `# Where a figure comes from: events, rules,
# values of parameters, and their sources.
query Explain {
  audit {
    explain(
      account: "platform:income:payments:merchant-fee"
      first: 5
    ) {
      after { amount currency }
      totals { type eventCount amounts { amount } }
      lines {
        day
        type
        subject
        amounts { amount }
        rule
        parameters { name key value source }
      }
    }
  }
}
`;

const credit = `# Credit: what each line has outstanding, by arrears,
# and what it earns and loses by quarter.
query Credit {
  ledger(book: "credit") {
    arrears {
      segment
      principal { total { amount currency } }
      overdueShare
      allowance { amount }
      buckets {
        bucket
        principal { own { amount } total { amount } }
        provisionRate
        provision { amount }
      }
    }
    creditIncome(by: QUARTER) {
      segment
      periods {
        period
        netInterestIncome { amount }
        fees { kind amount { amount } }
        creditCost { amount }
        result { amount }
      }
    }
  }
}
`;

const funding = `# Who funds what is lent: own money, partner banks,
# and pools, whose notes others hold.
query Funding {
  ledger(book: "credit") {
    funding {
      segment
      principal {
        own { amount }
        partner { amount }
        vehicle { amount }
      }
      banks { bank funds { amount } }
      borrowed { source amount { amount } rate }
      netAssets { amount }
      onBalance { multiple limit beyond }
      offBalance { multiple limit beyond }
    }
    pools(first: 5) {
      nodes {
        id
        principal { amount }
        senior { amount }
        settlements(first: 3) {
          nodes { effectiveOn data }
        }
      }
    }
  }
}
`;

const borrowers = `# Scores, with what explains them and what follows;
# and what borrowers owe.
query Borrowers {
  ledger(book: "credit") {
    scores(first: 3) {
      nodes {
        holder
        score
        points { component points most }
        limits { segment limit { amount } price }
      }
    }
    creditLines(first: 3) {
      nodes {
        holder
        limit { amount }
        available { amount }
        owed { due { amount } all { amount } }
        bucket
      }
    }
    loans(first: 3, status: [OPEN]) {
      nodes {
        id
        product
        holder
        owed { due { amount } all { amount } }
        planned { on principal { amount } }
        daysPastDue
      }
    }
  }
}
`;

const loanPlan = `# What a loan would fall due like: of no book.
query LoanPlan {
  loanPlan(
    principal: { amount: "1200.00", currency: "CNY" }
    dailyRate: "0.04%"
    method: ANNUITY
    start: "2016-03-01"
    term: 12
  ) {
    instalments {
      on
      principal { amount }
      interest { amount }
      total { amount }
      outstanding { amount }
    }
    level { amount }
    interest { amount currency }
    effectiveDailyRate
    effectiveYearlyRate
  }
}
`;

const assumptions = `# Every assumption: its values over time,
# and where they come from.
query Assumptions {
  parameters(segment: "payments") {
    name
    doc
    unit
    bounds
    value
    source
    timeline { from value source }
  }
}
`;

const follow = `# What is recorded from now on, as it comes: send a
# command from another tab. With events(after: "100")
# what came after that revision is told first.
# Press the button again to stop.
subscription Follow {
  events {
    revision
    type
    subject
    effectiveOn
  }
}
`;

/** The examples, in the order of the tabs. */
export const examples: readonly Example[] = [
  { name: 'RevenueByMonth', query: revenueByMonth },
  { name: 'AsItStood', query: asItStood },
  { name: 'Payments', query: payments },
  {
    name: 'Statement',
    query: statement,
    variables: { account: 'platform:liability:payments:wallet:user-1:CNY' },
  },
  { name: 'NewestEvents', query: newestEvents },
  { name: 'WhatIf', query: whatIf },
  { name: 'Explain', query: explain },
  { name: 'Credit', query: credit },
  { name: 'Borrowers', query: borrowers },
  { name: 'Funding', query: funding },
  { name: 'LoanPlan', query: loanPlan },
  { name: 'Assumptions', query: assumptions },
  {
    name: 'OpenSandbox',
    query: openSandbox,
    variables: {
      input: { overrides: [{ parameter: 'payments.merchantFeeRate', value: '0.38%', from: '2017-01-01' }] },
    },
  },
  {
    name: 'TopUp',
    query: topUp,
    variables: {
      input: {
        holder: 'user-1',
        amount: { amount: '80.00', currency: 'CNY' },
        effectiveOn: '2017-01-02',
        idempotencyKey: 'playground-1',
      },
    },
  },
  { name: 'Follow', query: follow },
];
