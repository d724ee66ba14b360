"""Every text sent to the GraphQL Admin API. A test holds each against the official schema.

A connection nested in a list (``fulfillments { fulfillmentLineItems }``) costs first times first points, and a bulk
query may not have one at all; so parcels' contents are asked for by the parcels' ids, for paged and bulk reading alike.
"""

from __future__ import annotations

_MONEY = "{ shopMoney { amount currencyCode } }"
_PAGE_INFO = "pageInfo { hasNextPage endCursor }"

ORDER = f"""
  __typename id legacyResourceId updatedAt processedAt cancelledAt test currencyCode taxesIncluded dutiesIncluded
  displayFinancialStatus displayFulfillmentStatus returnStatus
  totalPriceSet {_MONEY} totalDiscountsSet {_MONEY} totalShippingPriceSet {_MONEY} totalTaxSet {_MONEY} totalTipReceivedSet {_MONEY}
  originalTotalDutiesSet {_MONEY} originalTotalAdditionalFeesSet {_MONEY}
  shippingAddress {{ countryCodeV2 }} customer {{ id }}
"""
TRANSACTION = "kind status processedAt"
PARCEL = "id legacyResourceId status displayStatus createdAt inTransitAt deliveredAt trackingInfo { company number }"
LINE = f"""
  __typename id sku name quantity currentQuantity unfulfilledQuantity product {{ id }}
  originalUnitPriceSet {_MONEY} originalTotalSet {_MONEY}
  discountAllocations {{ allocatedAmountSet {_MONEY} }} taxLines {{ priceSet {_MONEY} }}
"""
_INSIDE = "quantity lineItem { id }"


def _order(lines: int, others: int) -> str:
    return (
        f"{ORDER} transactions(first: {others}) {{ {TRANSACTION} }} fulfillments(first: {others}) {{ {PARCEL} }} "
        f"lineItems(first: {lines}) {{ nodes {{ {LINE} }} {_PAGE_INFO} }}"
    )


LINES_A_PAGE, OTHERS_A_PAGE, OTHERS_AT_MOST, LINES_AT_MOST = 10, 5, 100, 250

ORDERS = f"""query($search: String!, $first: Int!, $after: String) {{
  ordersCount(query: $search, limit: null) {{ count precision }}
  orders(query: $search, sortKey: UPDATED_AT, first: $first, after: $after) {{
    nodes {{ {_order(LINES_A_PAGE, OTHERS_A_PAGE)} }} {_PAGE_INFO}
  }}
}}"""
ORDERS_COUNT = "query($search: String!) { ordersCount(query: $search, limit: null) { count precision } }"
ORDER_WHOLE = f"query($id: ID!) {{ order(id: $id) {{ {_order(LINES_AT_MOST, OTHERS_AT_MOST)} }} }}"
ORDER_LINES = f"""query($id: ID!, $after: String!) {{
  order(id: $id) {{ __typename id lineItems(first: {LINES_AT_MOST}, after: $after) {{ nodes {{ {LINE} }} {_PAGE_INFO} }} }}
}}"""
PARCELS_A_CALL, INSIDE_A_CALL = 40, 10
PARCELS = f"""query($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on Fulfillment {{ __typename id fulfillmentLineItems(first: {INSIDE_A_CALL}) {{ nodes {{ {_INSIDE} }} {_PAGE_INFO} }} }}
  }}
}}"""
PARCEL_REST = f"""query($id: ID!, $after: String!) {{
  node(id: $id) {{
    ... on Fulfillment {{ __typename id fulfillmentLineItems(first: 250, after: $after) {{ nodes {{ {_INSIDE} }} {_PAGE_INFO} }} }}
  }}
}}"""


def orders_file(search: str) -> str:
    """The bulk query of orders: no page sizes, ``edges`` instead of ``nodes``, and no ``sortKey`` (with one, rows get lost)."""
    return (
        f'{{ orders(query: "{search}") {{ edges {{ node {{ {ORDER} transactions {{ {TRANSACTION} }} fulfillments {{ {PARCEL} }} '
        f"lineItems {{ edges {{ node {{ {LINE} }} }} }} }} }} }} }}"
    )


_VARIANT = """
  __typename id legacyResourceId sku displayName price createdAt updatedAt
  product { id status updatedAt priceRangeV2 { minVariantPrice { currencyCode } } }
"""
STOCK_NAMES = '["available", "committed", "incoming"]'
_LEVEL = f"__typename id location {{ id }} quantities(names: {STOCK_NAMES}) {{ name quantity }}"
LEVELS_A_PAGE = 5

VARIANTS = f"""query($search: String, $first: Int!, $after: String) {{
  productVariantsCount(query: $search, limit: null) {{ count precision }}
  productVariants(query: $search, first: $first, after: $after) {{
    nodes {{ {_VARIANT} inventoryItem {{ id tracked inventoryLevels(first: {LEVELS_A_PAGE}) {{ nodes {{ {_LEVEL} }} {_PAGE_INFO} }} }} }}
    {_PAGE_INFO}
  }}
}}"""
VARIANTS_COUNT = "query($search: String) { productVariantsCount(query: $search, limit: null) { count precision } }"
VARIANT_WHOLE = f"""query($id: ID!) {{
  productVariant(id: $id) {{
    {_VARIANT} inventoryItem {{ id tracked inventoryLevels(first: 200) {{ nodes {{ {_LEVEL} }} {_PAGE_INFO} }} }}
  }}
}}"""
VARIANTS_FILE = f"""{{ productVariants {{ edges {{ node {{
  {_VARIANT} inventoryItem {{ id tracked inventoryLevels {{ edges {{ node {{ {_LEVEL} }} }} }} }}
}} }} }} }}"""

_BACK = f"id quantity restockType subtotalSet {_MONEY} totalTaxSet {_MONEY} lineItem {{ id sku }}"
_ASKED = "__typename id quantity returnReason ... on ReturnLineItem { fulfillmentLineItem { lineItem { id sku } } }"


def _after_sales(returns: int, asked: int, refunds: int, back: int) -> str:
    return f"""
      __typename id legacyResourceId updatedAt test currencyCode taxesIncluded
      returns(first: {returns}) {{
        nodes {{ id status createdAt returnLineItems(first: {asked}) {{ nodes {{ {_ASKED} }} pageInfo {{ hasNextPage }} }} }}
        pageInfo {{ hasNextPage }}
      }}
      refunds(first: {refunds}) {{
        id createdAt return {{ id }} totalRefundedSet {_MONEY}
        refundLineItems(first: {back}) {{ nodes {{ {_BACK} }} pageInfo {{ hasNextPage }} }}
      }}"""


RETURNS_A_PAGE, REFUNDS_A_PAGE, REFUNDS_AT_MOST = 3, 5, 8
RETURNING = f"""query($search: String!, $first: Int!, $after: String) {{
  ordersCount(query: $search, limit: null) {{ count precision }}
  orders(query: $search, sortKey: UPDATED_AT, first: $first, after: $after) {{
    nodes {{ id test returns(first: 1) {{ nodes {{ id }} }} refunds(first: 1) {{ id }} }} {_PAGE_INFO}
  }}
}}"""
RETURNS_A_CALL = 4
RETURNS = f"""query($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on Order {{ {_after_sales(RETURNS_A_PAGE, 10, REFUNDS_A_PAGE, 10)} }} }}
}}"""
RETURNS_WHOLE = f"query($id: ID!) {{ order(id: $id) {{ {_after_sales(4, 40, REFUNDS_AT_MOST, 25)} }} }}"

_PLAIN = "amount currencyCode"
LEDGER = f"""query($search: String!, $first: Int!, $after: String) {{
  shopifyPaymentsAccount {{
    balanceTransactions(query: $search, sortKey: PROCESSED_AT, hideTransfers: true, first: $first, after: $after) {{
      nodes {{
        id type amount {{ {_PLAIN} }} fee {{ {_PLAIN} }} transactionDate test associatedOrder {{ id }} associatedPayout {{ id status }}
      }} {_PAGE_INFO}
    }}
  }}
}}"""
PAYOUTS = f"""query($search: String!, $first: Int!, $after: String) {{
  shopifyPaymentsAccount {{
    payouts(query: $search, sortKey: ISSUED_AT, first: $first, after: $after) {{
      nodes {{ id legacyResourceId status net {{ {_PLAIN} }} issuedAt transactionType }} {_PAGE_INFO}
    }}
  }}
}}"""
DISPUTES = f"""query($search: String!, $first: Int!, $after: String) {{
  disputes(query: $search, first: $first, after: $after) {{
    nodes {{
      id legacyResourceId amount {{ {_PLAIN} }} status type initiatedAt evidenceDueBy order {{ id }} reasonDetails {{ reason }}
    }} {_PAGE_INFO}
  }}
}}"""
PAYMENTS = f"""query($search: String!, $first: Int!, $after: String) {{
  tenderTransactions(query: $search, first: $first, after: $after) {{
    nodes {{ id amount {{ {_PLAIN} }} paymentMethod processedAt remoteReference test order {{ id }} }} {_PAGE_INFO}
  }}
}}"""
ACCOUNT = "query { shop { id name myshopifyDomain currencyCode setupRequired createdAt shopAddress { countryCodeV2 } } }"
CHECK = """query {
  shop { name myshopifyDomain currencyCode ianaTimezone }
  currentAppInstallation { accessScopes { handle } }
}"""

BULK_RUN = """mutation($query: String!) {
  bulkOperationRunQuery(query: $query, groupObjects: false) { bulkOperation { id status } userErrors { field message code } }
}"""
BULK_STATE = """query($id: ID!) {
  bulkOperation(id: $id) { id status errorCode objectCount rootObjectCount url }
}"""

STOCK_SHOWN = """query($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on ProductVariant {
      id sku inventoryItem {
        id tracked inventoryLevels(first: 10) {
          nodes { location { id } quantities(names: ["available"]) { name quantity } } pageInfo { hasNextPage }
        }
      }
    }
  }
}"""
STOCK_SET = """mutation($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { code field message } }
}"""
PRICES_SHOWN = """query($ids: [ID!]!) {
  nodes(ids: $ids) { ... on ProductVariant { id price product { id priceRangeV2 { minVariantPrice { currencyCode } } } } }
}"""
PRICES_SET = """mutation($product: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $product, variants: $variants, allowPartialUpdates: false) { userErrors { code field message } }
}"""
WORK = """query($id: ID!) {
  order(id: $id) {
    id fulfillments(first: 50) { id status trackingInfo { number } }
    fulfillmentOrders(first: 10) {
      nodes {
        id status assignedLocation { location { id } }
        lineItems(first: 30) { nodes { id remainingQuantity lineItem { id } } pageInfo { hasNextPage } }
      }
      pageInfo { hasNextPage }
    }
  }
}"""
PARCEL_TELL = """mutation($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id } userErrors { field message } }
}"""
_ARTICLE = "id sku price product { id handle title descriptionHtml status }"
PRODUCT_FIND = f"""query($search: String!, $handle: String!) {{
  productVariants(query: $search, first: 10) {{ nodes {{ {_ARTICLE} }} {_PAGE_INFO} }}
  productByIdentifier(identifier: {{ handle: $handle }}) {{ id variants(first: 10) {{ nodes {{ {_ARTICLE} }} }} }}
  shop {{ currencyCode }}
}}"""
PRODUCT_MAKE = """mutation($handle: String!, $input: ProductSetInput!) {
  productSet(identifier: { handle: $handle }, input: $input, synchronous: true) { product { id } userErrors { code field message } }
}"""
PRODUCT_CHANGE = """mutation($product: ProductUpdateInput!) {
  productUpdate(product: $product) { product { id } userErrors { field message } }
}"""
