"""The part of the GraphQL Admin API 2026-10 that this sandbox answers, in schema language.

Names, types and arguments are the vendor's (a test holds every field of this against the official schema where that
lies beside the project); what is not here does not exist here, and a query for it is refused as the real one refuses
a field it does not know.
"""

from __future__ import annotations

_PAGE = "after: String, before: String, first: Int, last: Int, reverse: Boolean = false"


def _connection(node: str) -> str:
    return (
        f"type {node}Connection {{ edges: [{node}Edge!]! nodes: [{node}!]! pageInfo: PageInfo! }}\n"
        f"type {node}Edge {{ cursor: String! node: {node}! }}\n"
    )


_CONNECTED = (
    "Order", "LineItem", "FulfillmentLineItem", "FulfillmentOrder", "FulfillmentOrderLineItem", "Return", "ReturnLineItemType",
    "RefundLineItem", "Product", "ProductVariant", "InventoryItem", "InventoryLevel", "Location", "TenderTransaction",
    "ShopifyPaymentsPayout", "ShopifyPaymentsBalanceTransaction", "ShopifyPaymentsDispute", "BulkOperation",
)

_ROOT = f"""
schema {{ query: QueryRoot mutation: Mutation }}
directive @idempotent(key: String!) on FIELD
scalar BigInt
scalar DateTime
scalar Decimal
scalar HTML
scalar Money
scalar UnsignedInt64
scalar URL

interface Node {{ id: ID! }}
interface DisplayableError {{ field: [String!] message: String! }}
type PageInfo {{ endCursor: String hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String }}
type Count {{ count: Int! precision: CountPrecision! }}
enum CountPrecision {{ AT_LEAST EXACT }}
type MoneyV2 {{ amount: Decimal! currencyCode: CurrencyCode! }}
type MoneyBag {{ presentmentMoney: MoneyV2! shopMoney: MoneyV2! }}
enum CurrencyCode {{ EUR GBP JPY USD }}
enum CountryCode {{ DE FR GB JP US }}

type QueryRoot {{
  bulkOperation(id: ID!): BulkOperation
  bulkOperations({_PAGE}, query: String, sortKey: BulkOperationsSortKeys = CREATED_AT): BulkOperationConnection!
  currentAppInstallation: AppInstallation!
  disputes({_PAGE}, query: String): ShopifyPaymentsDisputeConnection!
  fulfillmentOrder(id: ID!): FulfillmentOrder
  inventoryItem(id: ID!): InventoryItem
  inventoryItems({_PAGE}, query: String): InventoryItemConnection!
  location(id: ID): Location
  locations({_PAGE}, query: String): LocationConnection!
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  order(id: ID!): Order
  orders({_PAGE}, query: String, sortKey: OrderSortKeys = PROCESSED_AT): OrderConnection!
  ordersCount(limit: Int = 10000, query: String): Count
  product(id: ID!): Product
  productByIdentifier(identifier: ProductIdentifierInput!): Product
  products({_PAGE}, query: String, sortKey: ProductSortKeys = ID): ProductConnection!
  productVariant(id: ID!): ProductVariant
  productVariants({_PAGE}, query: String, sortKey: ProductVariantSortKeys = ID): ProductVariantConnection!
  productVariantsCount(limit: Int = 10000, query: String): Count
  productsCount(limit: Int = 10000, query: String): Count
  shop: Shop!
  shopifyPaymentsAccount: ShopifyPaymentsAccount
  tenderTransactions({_PAGE}, query: String): TenderTransactionConnection!
}}
"""

_SALES = f"""
enum OrderSortKeys {{ CREATED_AT ID ORDER_NUMBER PROCESSED_AT UPDATED_AT }}
enum OrderDisplayFinancialStatus {{ AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED }}
enum OrderDisplayFulfillmentStatus {{
  FULFILLED FULFILLMENT_NOT_REQUIRED IN_PROGRESS ON_HOLD OPEN PARTIALLY_FULFILLED PENDING_FULFILLMENT REQUEST_DECLINED RESTOCKED
  SCHEDULED UNFULFILLED
}}
enum OrderReturnStatus {{ INSPECTION_COMPLETE IN_PROGRESS NO_RETURN RETURNED RETURN_FAILED RETURN_REQUESTED }}
enum OrderCancelReason {{ CUSTOMER DECLINED FRAUD INVENTORY OTHER STAFF }}
type Order implements Node {{
  id: ID! legacyResourceId: UnsignedInt64! name: String! createdAt: DateTime! updatedAt: DateTime! processedAt: DateTime!
  cancelledAt: DateTime cancelReason: OrderCancelReason closedAt: DateTime test: Boolean! edited: Boolean!
  currencyCode: CurrencyCode! presentmentCurrencyCode: CurrencyCode! taxesIncluded: Boolean! dutiesIncluded: Boolean!
  displayFinancialStatus: OrderDisplayFinancialStatus displayFulfillmentStatus: OrderDisplayFulfillmentStatus!
  returnStatus: OrderReturnStatus! subtotalLineItemsQuantity: Int!
  totalPriceSet: MoneyBag! totalDiscountsSet: MoneyBag totalShippingPriceSet: MoneyBag! totalTaxSet: MoneyBag
  totalTipReceivedSet: MoneyBag! totalRefundedSet: MoneyBag! subtotalPriceSet: MoneyBag currentTotalPriceSet: MoneyBag!
  originalTotalDutiesSet: MoneyBag originalTotalAdditionalFeesSet: MoneyBag
  shippingAddress: MailingAddress customer: Customer email: String
  lineItems({_PAGE}): LineItemConnection!
  transactions(first: Int): [OrderTransaction!]!
  fulfillments(first: Int): [Fulfillment!]!
  fulfillmentOrders({_PAGE}): FulfillmentOrderConnection!
  refunds(first: Int): [Refund!]!
  returns({_PAGE}): ReturnConnection!
}}
type Customer implements Node {{ id: ID! displayName: String! legacyResourceId: UnsignedInt64! }}
type MailingAddress implements Node {{ id: ID! name: String city: String zip: String countryCodeV2: CountryCode }}
type LineItem implements Node {{
  id: ID! sku: String title: String! variantTitle: String name: String! quantity: Int! currentQuantity: Int!
  refundableQuantity: Int! unfulfilledQuantity: Int! variant: ProductVariant product: Product
  originalUnitPriceSet: MoneyBag! originalTotalSet: MoneyBag! discountedTotalSet: MoneyBag!
  discountAllocations: [DiscountAllocation!]! taxLines(first: Int): [TaxLine!]!
}}
type DiscountAllocation {{ allocatedAmountSet: MoneyBag! }}
type TaxLine {{ title: String! priceSet: MoneyBag! }}
enum OrderTransactionKind {{ AUTHORIZATION CAPTURE CHANGE EMV_AUTHORIZATION REFUND SALE SUGGESTED_REFUND VOID }}
enum OrderTransactionStatus {{ AWAITING_RESPONSE ERROR FAILURE PENDING SUCCESS UNKNOWN }}
type OrderTransaction implements Node {{
  id: ID! kind: OrderTransactionKind! status: OrderTransactionStatus! processedAt: DateTime gateway: String test: Boolean!
  amountSet: MoneyBag! paymentId: String
}}
enum FulfillmentStatus {{ CANCELLED ERROR FAILURE OPEN PENDING SUCCESS }}
enum FulfillmentDisplayStatus {{
  ATTEMPTED_DELIVERY CANCELED CARRIER_PICKED_UP CONFIRMED DELAYED DELIVERED FAILURE FULFILLED IN_TRANSIT LABEL_PRINTED LABEL_PURCHASED
  LABEL_VOIDED MARKED_AS_FULFILLED NOT_DELIVERED OUT_FOR_DELIVERY PICKED_UP READY_FOR_PICKUP SUBMITTED
}}
type Fulfillment implements Node {{
  id: ID! legacyResourceId: UnsignedInt64! name: String! status: FulfillmentStatus! displayStatus: FulfillmentDisplayStatus
  createdAt: DateTime! updatedAt: DateTime! inTransitAt: DateTime deliveredAt: DateTime order: Order!
  trackingInfo(first: Int): [FulfillmentTrackingInfo!]! fulfillmentLineItems({_PAGE}): FulfillmentLineItemConnection!
}}
type FulfillmentTrackingInfo {{ company: String number: String url: URL }}
type FulfillmentLineItem implements Node {{ id: ID! quantity: Int lineItem: LineItem! }}
enum FulfillmentOrderStatus {{ CANCELLED CLOSED INCOMPLETE IN_PROGRESS ON_HOLD OPEN SCHEDULED }}
type FulfillmentOrder implements Node {{
  id: ID! status: FulfillmentOrderStatus! orderId: ID! assignedLocation: FulfillmentOrderAssignedLocation!
  lineItems({_PAGE}): FulfillmentOrderLineItemConnection!
}}
type FulfillmentOrderAssignedLocation {{ name: String! location: Location }}
type FulfillmentOrderLineItem implements Node {{
  id: ID! remainingQuantity: Int! totalQuantity: Int! lineItem: LineItem!
}}
enum RefundLineItemRestockType {{ CANCEL LEGACY_RESTOCK NO_RESTOCK RETURN }}
type Refund implements Node {{
  id: ID! legacyResourceId: UnsignedInt64! createdAt: DateTime updatedAt: DateTime! return: Return totalRefundedSet: MoneyBag!
  refundLineItems({_PAGE}): RefundLineItemConnection!
}}
type RefundLineItem {{
  id: ID quantity: Int! restockType: RefundLineItemRestockType! subtotalSet: MoneyBag! totalTaxSet: MoneyBag! lineItem: LineItem!
}}
enum ReturnStatus {{ CANCELED CLOSED DECLINED OPEN REQUESTED }}
enum ReturnReason {{
  COLOR DEFECTIVE NOT_AS_DESCRIBED OTHER SIZE_TOO_LARGE SIZE_TOO_SMALL STYLE UNKNOWN UNWANTED WRONG_ITEM
}}
type Return implements Node {{
  id: ID! name: String! status: ReturnStatus! createdAt: DateTime! closedAt: DateTime totalQuantity: Int!
  returnLineItems({_PAGE}): ReturnLineItemTypeConnection!
}}
interface ReturnLineItemType implements Node {{ id: ID! quantity: Int! returnReason: ReturnReason! returnReasonNote: String! }}
type ReturnLineItem implements Node & ReturnLineItemType {{
  id: ID! quantity: Int! returnReason: ReturnReason! returnReasonNote: String! fulfillmentLineItem: FulfillmentLineItem!
}}
"""

_GOODS = f"""
enum ProductSortKeys {{ CREATED_AT ID TITLE UPDATED_AT }}
enum ProductVariantSortKeys {{ ID SKU TITLE }}
enum ProductStatus {{ ACTIVE ARCHIVED DRAFT UNLISTED }}
type Product implements Node {{
  id: ID! legacyResourceId: UnsignedInt64! handle: String! title: String! descriptionHtml: HTML!
  status: ProductStatus! vendor: String! productType: String!
  createdAt: DateTime! updatedAt: DateTime! priceRangeV2: ProductPriceRangeV2! variants({_PAGE}): ProductVariantConnection!
}}
type ProductPriceRangeV2 {{ maxVariantPrice: MoneyV2! minVariantPrice: MoneyV2! }}
type ProductVariant implements Node {{
  id: ID! legacyResourceId: UnsignedInt64! sku: String title: String! displayName: String! barcode: String price: Money!
  compareAtPrice: Money createdAt: DateTime! updatedAt: DateTime! inventoryQuantity: Int product: Product! inventoryItem: InventoryItem!
}}
type InventoryItem implements Node {{
  id: ID! legacyResourceId: UnsignedInt64! sku: String tracked: Boolean! updatedAt: DateTime!
  inventoryLevels({_PAGE}): InventoryLevelConnection!
}}
type InventoryLevel implements Node {{
  id: ID! location: Location! updatedAt: DateTime! quantities(names: [String!]!): [InventoryQuantity!]!
}}
type InventoryQuantity implements Node {{ id: ID! name: String! quantity: Int! updatedAt: DateTime }}
type Location implements Node {{ id: ID! legacyResourceId: UnsignedInt64! name: String! isActive: Boolean! }}
"""

_MONEY = f"""
enum BalanceTransactionSortKeys {{ ID PROCESSED_AT }}
enum PayoutSortKeys {{ ID ISSUED_AT }}
enum ShopifyPaymentsPayoutStatus {{ CANCELED FAILED IN_TRANSIT PAID SCHEDULED }}
enum ShopifyPaymentsPayoutTransactionType {{ DEPOSIT WITHDRAWAL }}
enum ShopifyPaymentsBalanceTransactionPayoutStatus {{ ACTION_REQUIRED CANCELED FAILED IN_TRANSIT PAID PENDING SCHEDULED }}
enum ShopifyPaymentsTransactionType {{ ADJUSTMENT BILLING_DEBIT CHARGE REFUND SHIPPING_LABEL TRANSFER }}
enum ShopifyPaymentsSourceType {{ ADJUSTMENT ADJUSTMENT_REVERSAL CHARGE DISPUTE REFUND SYSTEM_ADJUSTMENT TRANSFER }}
enum DisputeStatus {{ ACCEPTED CHARGE_REFUNDED LOST NEEDS_RESPONSE PREVENTED UNDER_REVIEW WON }}
enum DisputeType {{ CHARGEBACK INQUIRY }}
enum ShopifyPaymentsDisputeReason {{
  BANK_CANNOT_PROCESS CREDIT_NOT_PROCESSED CUSTOMER_INITIATED DEBIT_NOT_AUTHORIZED DUPLICATE FRAUDULENT GENERAL INCORRECT_ACCOUNT_DETAILS
  INSUFFICIENT_FUNDS NONCOMPLIANT PRODUCT_NOT_RECEIVED PRODUCT_UNACCEPTABLE SUBSCRIPTION_CANCELLED UNRECOGNIZED
}}
type ShopifyPaymentsAccount implements Node {{
  id: ID! activated: Boolean! country: String! defaultCurrency: CurrencyCode! balance: [MoneyV2!]!
  balanceTransactions({_PAGE}, query: String, sortKey: BalanceTransactionSortKeys, hideTransfers: Boolean):
    ShopifyPaymentsBalanceTransactionConnection!
  payouts({_PAGE}, query: String, sortKey: PayoutSortKeys): ShopifyPaymentsPayoutConnection!
}}
type ShopifyPaymentsPayout implements Node {{
  id: ID! legacyResourceId: UnsignedInt64! status: ShopifyPaymentsPayoutStatus! net: MoneyV2! issuedAt: DateTime!
  transactionType: ShopifyPaymentsPayoutTransactionType!
}}
type ShopifyPaymentsBalanceTransaction implements Node {{
  id: ID! type: ShopifyPaymentsTransactionType! amount: MoneyV2! fee: MoneyV2! net: MoneyV2! transactionDate: DateTime! test: Boolean!
  associatedOrder: ShopifyPaymentsAssociatedOrder associatedPayout: ShopifyPaymentsBalanceTransactionAssociatedPayout!
  sourceType: ShopifyPaymentsSourceType sourceId: BigInt
}}
type ShopifyPaymentsAssociatedOrder {{ id: ID! name: String! }}
type ShopifyPaymentsBalanceTransactionAssociatedPayout {{ id: ID status: ShopifyPaymentsBalanceTransactionPayoutStatus }}
type ShopifyPaymentsDispute implements Node {{
  id: ID! legacyResourceId: UnsignedInt64! amount: MoneyV2! status: DisputeStatus! type: DisputeType! initiatedAt: DateTime!
  evidenceDueBy: DateTime finalizedOn: DateTime order: Order reasonDetails: ShopifyPaymentsDisputeReasonDetails!
}}
type ShopifyPaymentsDisputeReasonDetails {{ networkReasonCode: String reason: ShopifyPaymentsDisputeReason! }}
type TenderTransaction implements Node {{
  id: ID! amount: MoneyV2! paymentMethod: String processedAt: DateTime remoteReference: String test: Boolean! order: Order
}}
"""

_HOUSE = """
type Shop implements Node {
  id: ID! name: String! myshopifyDomain: String! currencyCode: CurrencyCode! ianaTimezone: String! taxesIncluded: Boolean!
  setupRequired: Boolean! createdAt: DateTime! shopAddress: ShopAddress! plan: ShopPlan!
}
type ShopAddress implements Node { id: ID! countryCodeV2: CountryCode city: String }
type ShopPlan { publicDisplayName: String! partnerDevelopment: Boolean! }
type AppInstallation implements Node { id: ID! accessScopes: [AccessScope!]! }
type AccessScope { handle: String! description: String! }
enum BulkOperationsSortKeys { COMPLETED_AT CREATED_AT }
enum BulkOperationStatus { CANCELED CANCELING COMPLETED CREATED EXPIRED FAILED RUNNING }
enum BulkOperationErrorCode { ACCESS_DENIED INTERNAL_SERVER_ERROR TIMEOUT }
enum BulkOperationType { MUTATION QUERY }
type BulkOperation implements Node {
  id: ID! status: BulkOperationStatus! type: BulkOperationType! errorCode: BulkOperationErrorCode createdAt: DateTime!
  completedAt: DateTime objectCount: UnsignedInt64! rootObjectCount: UnsignedInt64! fileSize: UnsignedInt64 url: URL partialDataUrl: URL
  query: String!
}
enum BulkOperationUserErrorCode { INVALID LIMIT_REACHED OPERATION_IN_PROGRESS }
type BulkOperationUserError implements DisplayableError { code: BulkOperationUserErrorCode field: [String!] message: String! }
type BulkOperationRunQueryPayload { bulkOperation: BulkOperation userErrors: [BulkOperationUserError!]! }
type UserError implements DisplayableError { field: [String!] message: String! }
type BulkOperationCancelPayload { bulkOperation: BulkOperation userErrors: [UserError!]! }

type Mutation {
  bulkOperationCancel(id: ID!): BulkOperationCancelPayload
  bulkOperationRunQuery(groupObjects: Boolean! = false, query: String!): BulkOperationRunQueryPayload
  fulfillmentCreate(fulfillment: FulfillmentInput!, message: String): FulfillmentCreatePayload
  inventorySetQuantities(input: InventorySetQuantitiesInput!): InventorySetQuantitiesPayload
  productSet(identifier: ProductSetIdentifiers, input: ProductSetInput!, synchronous: Boolean = true): ProductSetPayload
  productUpdate(product: ProductUpdateInput): ProductUpdatePayload
  productVariantsBulkUpdate(allowPartialUpdates: Boolean, productId: ID!, variants: [ProductVariantsBulkInput!]!):
    ProductVariantsBulkUpdatePayload
}
input FulfillmentInput {
  lineItemsByFulfillmentOrder: [FulfillmentOrderLineItemsInput!]! notifyCustomer: Boolean trackingInfo: FulfillmentTrackingInput
}
input FulfillmentOrderLineItemsInput { fulfillmentOrderId: ID! fulfillmentOrderLineItems: [FulfillmentOrderLineItemInput!] }
input FulfillmentOrderLineItemInput { id: ID! quantity: Int! }
input FulfillmentTrackingInput { company: String number: String numbers: [String!] url: URL urls: [URL!] }
type FulfillmentCreatePayload { fulfillment: Fulfillment userErrors: [UserError!]! }
input InventorySetQuantitiesInput { name: String! quantities: [InventoryQuantityInput!]! reason: String! referenceDocumentUri: String }
input InventoryQuantityInput { changeFromQuantity: Int inventoryItemId: ID! locationId: ID! quantity: Int! }
enum InventorySetQuantitiesUserErrorCode {
  CHANGE_FROM_QUANTITY_STALE IDEMPOTENCY_KEY_PARAMETER_MISMATCH INVALID_INVENTORY_ITEM INVALID_LOCATION INVALID_NAME
  INVALID_QUANTITY_NEGATIVE INVALID_QUANTITY_TOO_HIGH INVALID_REASON
}
type InventoryAdjustmentGroup implements Node { id: ID! reason: String! }
type InventorySetQuantitiesPayload { inventoryAdjustmentGroup: InventoryAdjustmentGroup userErrors: [InventorySetQuantitiesUserError!]! }
type InventorySetQuantitiesUserError implements DisplayableError {
  code: InventorySetQuantitiesUserErrorCode field: [String!] message: String!
}
input ProductIdentifierInput { handle: String id: ID }
input ProductSetIdentifiers { handle: String id: ID }
input ProductSetInput {
  title: String descriptionHtml: String status: ProductStatus handle: String productOptions: [OptionSetInput!]
  variants: [ProductVariantSetInput!]
}
input OptionSetInput { name: String values: [OptionValueSetInput!] }
input OptionValueSetInput { name: String }
input ProductVariantSetInput { id: ID optionValues: [VariantOptionValueInput!]! price: Money sku: String }
input VariantOptionValueInput { name: String optionName: String }
input ProductUpdateInput { id: ID title: String descriptionHtml: String status: ProductStatus }
enum ProductSetUserErrorCode { INPUT_MISMATCH INVALID_INPUT INVALID_VARIANT MISSING_FIELD_REQUIRED NOT_FOUND OPTION_VALUES_MISSING }
type ProductSetUserError implements DisplayableError { code: ProductSetUserErrorCode field: [String!] message: String! }
type ProductSetPayload { product: Product userErrors: [ProductSetUserError!]! }
type ProductUpdatePayload { product: Product userErrors: [UserError!]! }
input ProductVariantsBulkInput { id: ID price: Money compareAtPrice: Money }
enum ProductVariantsBulkUpdateUserErrorCode { GREATER_THAN_OR_EQUAL_TO PRODUCT_DOES_NOT_EXIST PRODUCT_VARIANT_DOES_NOT_EXIST }
type ProductVariantsBulkUpdatePayload {
  product: Product productVariants: [ProductVariant!] userErrors: [ProductVariantsBulkUpdateUserError!]!
}
type ProductVariantsBulkUpdateUserError implements DisplayableError {
  code: ProductVariantsBulkUpdateUserErrorCode field: [String!] message: String!
}
"""

SDL = "\n".join((_ROOT, _SALES, _GOODS, _MONEY, _HOUSE, *map(_connection, _CONNECTED)))
